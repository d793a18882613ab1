using System.Diagnostics;
using System.Globalization;
using CllClip.Fuzz;
using CllClip.Fuzz.Engine;
using CllClip.Fuzz.Portal;

namespace CllClip.Benchmarks;

/// <summary>Fuzzes a target for a time: changed inputs until the time is over, or one by its number.</summary>
internal sealed class FuzzCommand : IBenchmark
{
    private const double WarmShare = 0.2; // of the time; what is held then is what may be held
    private const double MayGrow = 0.25;
    private const long MayGrowBytes = 64 << 20; // working set: freed memory goes back late
    private const long MayGrowManaged = 16 << 20;
    private const int MostFamilies = 40;
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(20); // 5 s on an idle machine, and this one may be busy

    /// <inheritdoc/>
    public string Verb => "fuzz";

    /// <inheritdoc/>
    public string Summary =>
        $"TARGET SECONDS [FIRST-NUMBER] (or FILE of a kept input): {string.Join(", ", Targets.Keys)} on inputs changed by chance (target: no crash, no hang, no memory growth)";

    private static Dictionary<string, Func<IFuzzTarget>> Targets { get; } =
        EngineTargets.All.Concat(PortalTargets.All).Append(new("api", () => new StartedPortal().Target)).ToDictionary();

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        if (args.Length < 2 || !Targets.TryGetValue(args[0], out var make))
        {
            Console.Error.WriteLine($"fuzz {Summary}");
            return 2;
        }
        using var target = make();
        if (File.Exists(args[1]))
        {
            Console.WriteLine(target.Read(FuzzCases.Kept(new FileInfo(args[1]))) ?? "taken");
            return 0;
        }
        var time = TimeSpan.FromSeconds(double.Parse(args[1], CultureInfo.InvariantCulture));
        var first = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1;
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "cllclip-fuzz-failures")).FullName;
        using var last = new FileStream(Path.Combine(folder, $"{target.Name}.last"), FileMode.Create, FileAccess.Write, FileShare.Read, 1);
        var watch = Stopwatch.StartNew();
        Memory? warm = null;
        using var runner = new FuzzRunner(target, _longest)
        {
            MostFailures = 20,
            // where the process itself ends, this file tells with which case
            Begins = number =>
            {
                last.Position = 0;
                last.Write(BitConverter.GetBytes(number));
            },
        };
        var failures = runner.Run(
            first,
            done =>
            {
                if (warm is null && watch.Elapsed > time * WarmShare)
                {
                    warm = Memory.Now(target);
                }
                return watch.Elapsed < time;
            }
        );
        var end = Memory.Now(target);
        Print(target, runner.Tally, first, watch.Elapsed, warm ?? end, end);
        foreach (var failure in failures)
        {
            Keep(folder, target, failure);
        }
        if (failures.Count > 0)
        {
            return 1;
        }
        if (warm is { } before && end.GrownFrom(before) is { } grown)
        {
            Console.WriteLine($"FAILED: {grown}");
            return 1;
        }
        Console.WriteLine("ok");
        return 0;
    }

    private static void Print(IFuzzTarget target, FuzzTally tally, int first, TimeSpan time, Memory warm, Memory end)
    {
        var invariant = CultureInfo.InvariantCulture;
        Console.WriteLine(
            string.Create(
                invariant,
                $"{target.Name}: {tally.Cases:N0} cases in {time.TotalSeconds:0} s ({tally.Cases / time.TotalSeconds:0}/s), from {first} on, {100.0 * tally.Accepted / Math.Max(1, tally.Cases):0.0} % taken, {Environment.ProcessorCount} cores"
            )
        );
        Console.WriteLine(
            string.Create(
                invariant,
                $"  slowest {tally.Slowest.Time.TotalMilliseconds:0} ms (case {tally.Slowest.Case}), most allocated {tally.Largest.Bytes / 1048576.0:0.0} MB (case {tally.Largest.Case})"
            )
        );
        Console.WriteLine($"  memory when warm: {warm}; at the end: {end}");
        foreach (var (what, times) in tally.Families.Take(MostFamilies))
        {
            Console.WriteLine(string.Create(invariant, $"  {times, 9:N0}  {what}"));
        }
    }

    private static void Keep(string folder, IFuzzTarget target, FuzzFailure failure)
    {
        var path = Path.Combine(folder, target.Name, FuzzCases.FileName(failure.Input, failure.Case));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, failure.Input.Bytes);
        Console.WriteLine($"FAILED: case {failure.Case} ({failure.Input.Kind}): {failure.What}");
        Console.WriteLine($"The input is {path} ({failure.Input.Bytes.Length} bytes). It begins:");
        foreach (var line in failure.Input.Bytes.Take(256).Chunk(16))
        {
            Console.WriteLine(
                $"  {Convert.ToHexStringLower(line), -32}  {string.Concat(line.Select(b => b is >= 0x20 and < 0x7f ? (char)b : '.'))}"
            );
        }
    }

    /// <summary>What is held after a full collection.</summary>
    private sealed record Memory(long Managed, long WorkingSet)
    {
        public static Memory Now(IFuzzTarget target)
        {
            for (var i = 0; i < 2; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }
            return new(GC.GetTotalMemory(false), target.MemoryElsewhere is > 0 and var elsewhere ? elsewhere : Environment.WorkingSet);
        }

        public string? GrownFrom(Memory before) =>
            Managed > before.Managed + MayGrowManaged ? $"the managed heap grew from {before} to {this}"
            : WorkingSet > before.WorkingSet * (1 + MayGrow) + MayGrowBytes ? $"the working set grew from {before} to {this}"
            : null;

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{Managed / 1048576.0:0.0} MB managed, {WorkingSet / 1048576.0:0} MB working set");
    }
}
