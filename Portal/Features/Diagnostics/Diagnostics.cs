using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Features.Webhooks;
using CllClip.Portal.Health;
using CllClip.Portal.Hosting;
using CllClip.Portal.Hubs;
using CllClip.Portal.Jobs;
using CllClip.Portal.Telemetry;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Diagnostics;

/// <summary>Finds out how the running portal does. Whatever fails is named in the report, and the rest is there.</summary>
internal sealed class Diagnostics(
    PortalFolders folders,
    PortalOptions options,
    IConfiguration settings,
    RunQueries runs,
    RunFeed feed,
    DiskRoom room,
    IEngineHost engine,
    CorpusPreparer corpora,
    BaseModels models,
    ISearch search,
    HubMeter hub,
    CircuitMeter circuits,
    WebhookStore webhooks,
    LogRing log
)
{
    /// <param name="check">Whether the database is checked too.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<DiagnosticsReport> CollectAsync(bool check, CancellationToken stop = default)
    {
        var parts = new Parts();
        var counts = await parts.TryAsync("runs", () => runs.CountAsync(stop)) ?? new Dictionary<RunState, int>();
        room.Look();
        var report = new DiagnosticsReport
        {
            At = DateTime.UtcNow,
            Live = true,
            Versions = parts.Try("versions", Facts.Versions) ?? [],
            Machine = Facts.Machine(options, name => parts.Try("device", () => Facts.Device(name))),
            Memory = ProcessMemory.Now(),
            Disk = parts.Try("disk", () => Facts.Disk(folders, room.Reserve, room.IsLow)),
            Database = await parts.TryAsync("database", () => Task.Run(() => Facts.Database(folders.Database, check), stop)),
            Activity = new(circuits.Open, circuits.Connected, hub.Connections, feed.Subscribers, counts.GetValueOrDefault(RunState.Queued)),
            Runs = [.. Enum.GetValues<RunState>().Select(s => new NamedCount(s.ToString(), counts.GetValueOrDefault(s)))],
            Search = parts.Try(
                "search",
                () => new SearchFacts(search.Preparation.Ready, search.Preparation.Phase, search.Preparation.Error, search.Galleries.Count)
            ),
            Datasets = parts.Try("data sets", Datasets) ?? [],
            Models =
                parts.Try("models", () => models.Ids.Select(id => new NamedText(id, models.Find(id)?.Error ?? "usable")).ToList()) ?? [],
            Settings = SettingsInForce.Of(settings),
            Log = log.Entries,
            Problems = parts.Problems,
        };
        return CleanReport.Of(report, await ScrubberAsync(stop));
    }

    /// <summary>Strikes out what this portal knows to be secret.</summary>
    public async Task<Scrubber> ScrubberAsync(CancellationToken stop = default)
    {
        var hooks = await new Parts().TryAsync("webhooks", () => webhooks.ListAsync(stop)) ?? [];
        return new Scrubber(
            KnownSecrets.Of(settings).Concat(hooks.SelectMany(h => (string?[])[h.Secret, h.Url])),
            KnownSecrets.Folders(folders)
        );
    }

    private List<NamedText> Datasets()
    {
        var own = corpora
            .All.Select(c => new NamedText(c.Entry.Registration.Id, c.Error ?? c.State.ToString().ToLowerInvariant()))
            .ToList();
        return [.. engine.Datasets.Where(d => own.All(o => o.Name != d.Id)).Select(d => new NamedText(d.Id, "ready")), .. own];
    }
}

/// <summary>Parts of a report, of which any may fail.</summary>
internal sealed class Parts
{
    private readonly List<NamedText> _problems = [];

    /// <summary>What failed, and why.</summary>
    public IReadOnlyList<NamedText> Problems => _problems;

    public T? Try<T>(string name, Func<T> find)
        where T : class?
    {
        try
        {
            return find();
        }
        catch (Exception error)
        {
            _problems.Add(new(name, error.GetBaseException().Message));
            return null;
        }
    }

    public async Task<T?> TryAsync<T>(string name, Func<Task<T>> find)
        where T : class
    {
        try
        {
            return await find();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _problems.Add(new(name, error.GetBaseException().Message));
            return null;
        }
    }
}
