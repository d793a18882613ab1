using System.Globalization;
using CllClip.Engine.Training;

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
        "ARCHIVE: the last task's training time per pair over the middle third's, and the peak memory of the last stages over that of stages around 5 (targets: 1.15 and 1.05)";

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
        // A stage's peak depends on its language as well: the highest of five neighbours on both sides.
        var (early, late) = (stages.Skip(2).Take(5).Max(s => s.PeakMemoryBytes), stages.TakeLast(5).Max(s => s.PeakMemoryBytes));
        var memory = (double)late / early;
        Line($"{archive.Run.Name}: {stages.Count} stages, {archive.Run.Provenance?.Machine}");
        Line(
            $"training per pair: task {stages.Count} {end:0} us, median of tasks {first + 1} to {first + third} {usual:0} us, ratio {end / usual:0.00} (target {TargetTime:0.00}); median of the last three {last[1]:0} us, ratio {last[1] / usual:0.00}"
        );
        Line(
            $"peak memory: stages 3 to 7 {early / 1e6:0} MB, last five {late / 1e6:0} MB, ratio {memory:0.000} (target {TargetMemory:0.00})"
        );
        return end / usual <= TargetTime && memory <= TargetMemory ? 0 : 1;
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
