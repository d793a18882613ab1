using System.Globalization;
using CllClip.Engine.Training;
using CllClip.Shared.Runs;

namespace CllClip.Benchmarks;

/// <summary>Whether the cost of a task grows with the languages learned before: time of the last task over that of the middle ones, memory from stage 5 on.</summary>
internal sealed class StagesReport : IBenchmark
{
    private const double TargetTime = 1.15;
    private const double TargetMemory = 1.05;

    /// <inheritdoc/>
    public string Verb => "stages";

    /// <inheritdoc/>
    public string Summary =>
        "ARCHIVE: the last task's training time per pair over the middle third's, and peak memory since stage 5 (targets: 1.15 and 1.05)";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        if (args.Length != 1)
        {
            Console.Error.WriteLine($"stages {Summary}");
            return 2;
        }
        var archive = RunArchive.Read(args[0]);
        var stages = archive.Stages;
        double PerPair(int stage) => 1e6 * stages[stage].TrainSeconds / stages[stage].TrainingPairs;
        var (first, third) = (stages.Count / 3, stages.Count / 3);
        var middle = Enumerable.Range(first, third).Select(PerPair).Order().ToArray();
        var last = Enumerable.Range(stages.Count - 3, 3).Select(PerPair).Order().ToArray();
        var (usual, end) = (middle[middle.Length / 2], PerPair(stages.Count - 1));
        double Highest(IEnumerable<StageView> of) => of.Max(s => s.PeakMemoryBytes) / 1e6;
        var (mark5, mark) = (Highest(stages.Take(5)), Highest(stages)); // of the whole process
        var memory = mark / mark5;
        // A stage's own peak depends on its language: the highest of five neighbours on both sides.
        var (early, late) = (Highest(stages.Skip(2).Take(5)), Highest(stages.TakeLast(5)));
        Line($"{archive.Run.Name}: {stages.Count} stages, {archive.Run.Provenance?.Machine}");
        Line(
            $"training per pair: task {stages.Count} {end:0} us, median of tasks {first + 1} to {first + third} {usual:0} us, ratio {end / usual:0.00} (target {TargetTime:0.00}); median of the last three {last[1]:0} us, ratio {last[1] / usual:0.00}"
        );
        Line(
            $"peak memory up to stage 5 {mark5:0} MB, up to stage {stages.Count} {mark:0} MB, ratio {memory:0.000} (target {TargetMemory:0.00}); stages 3 to 7 {early:0} MB, last five {late:0} MB, ratio {late / early:0.000}"
        );
        return end / usual <= TargetTime && memory <= TargetMemory ? 0 : 1;
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
