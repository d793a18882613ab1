using System.Text.Json.Serialization;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Pruning;

/// <summary>What a part of the data root takes.</summary>
/// <param name="Part"><c>database</c>, <c>checkpoints</c>, <c>runs</c> (ranks, curves), <c>datasets</c>, <c>caches</c>, <c>uploads</c>, <c>copies</c> or <c>other</c>.</param>
/// <param name="Bytes">Bytes of its files; what lies behind a link is not counted.</param>
public sealed record StoragePart([property: JsonPropertyName("part")] string Part, long Bytes);

/// <summary>What the data root takes, measured in the background.</summary>
/// <param name="Parts">By part, the largest first.</param>
/// <param name="At">When it was measured (UTC).</param>
public sealed record StorageMeasure(IReadOnlyList<StoragePart> Parts, DateTime At)
{
    /// <summary>All parts together.</summary>
    public long Bytes => Parts.Sum(p => p.Bytes);
}

/// <summary>Measures what takes how much room, one measurement at a time, and keeps the last for a while. Safe to use from any thread.</summary>
public sealed class StorageSizes(PortalFolders folders, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly Lock _one = new();
    private Task<StorageMeasure>? _work;
    private volatile StorageMeasure? _last;

    /// <summary>The last measurement; null before the first.</summary>
    public StorageMeasure? Last => _last;

    /// <summary>Share of the measurement under way that is done, 0 to 1.</summary>
    public double Fraction { get; private set; }

    /// <summary>A measurement that is not old: the last, or one that begins now or is under way.</summary>
    public Task<StorageMeasure> MeasureAsync(bool anew = false)
    {
        lock (_one)
        {
            if (_work is { IsCompleted: false })
            {
                return _work;
            }
            return !anew && _last is { } last && time.GetUtcNow().UtcDateTime - last.At < Fresh
                ? Task.FromResult(last)
                : _work = Task.Run(Measure);
        }
    }

    private StorageMeasure Measure()
    {
        Fraction = 0;
        var sums = new Dictionary<string, long>();
        void Add(string part, long bytes) => sums[part] = sums.GetValueOrDefault(part) + bytes;
        var entries = SafePath.Entries(folders.DataRoot).ToList();
        var runs = SafePath.Folders(folders.Runs).ToList();
        var (steps, done) = (entries.Count + runs.Count, 0);
        void Step() => Fraction = (double)++done / Math.Max(1, steps);
        foreach (var run in runs)
        {
            var (all, ranks) = (SafePath.Size(run), SafePath.Size(Path.Combine(run, "chain", "ranks")));
            var chain = SafePath.Size(Path.Combine(run, "chain")) - ranks;
            Add("checkpoints", chain);
            Add("runs", all - chain);
            Step();
        }
        foreach (var entry in entries.Where(e => e != folders.Runs))
        {
            Add(PartOf(entry), SafePath.Size(entry));
            Step();
        }
        if (!entries.Contains(folders.Database))
        {
            foreach (var file in SafePath.Entries(Path.GetDirectoryName(folders.Database)!, Path.GetFileName(folders.Database) + "*"))
            {
                Add(PartOf(file), SafePath.Size(file));
            }
        }
        return _last = new(
            [.. sums.Where(s => s.Value > 0).OrderByDescending(s => s.Value).Select(s => new StoragePart(s.Key, s.Value))],
            time.GetUtcNow().UtcDateTime
        );
    }

    private string PartOf(string entry)
    {
        var database = Path.GetFileName(folders.Database);
        return entry == folders.Datasets ? "datasets"
            : entry == folders.Features ? "caches"
            : entry == folders.Uploads ? "uploads"
            : Path.GetFileName(entry).StartsWith(database + PortalDatabase.Before, StringComparison.Ordinal) ? "copies"
            : Path.GetFileName(entry).StartsWith(database, StringComparison.Ordinal) ? "database"
            : "other";
    }
}
