using CllClip.Engine.Training;
using CllClip.Portal.Features.Launch;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Jobs;

/// <summary>What a run is expected to write yet: measured by its own stages where it has some, else by finished runs.</summary>
public sealed class RunSpace(RunMeasurements measurements)
{
    /// <summary>
    /// A checkpoint within a stage holds four times what the stage's own does: rows, both moments of AdamW, the best epoch's rows. Two are kept, and a third is
    /// written before the oldest goes.
    /// </summary>
    private const int WithinStage = 3 * 4;

    /// <summary>Bytes; 0 where nothing is known to tell from.</summary>
    /// <param name="run">The run.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="width">Width of a row of the token embedding.</param>
    /// <param name="stop">The portal shuts down.</param>
    internal long Needed(RunEntity run, RunPlan plan, int width, CancellationToken stop)
    {
        var stages = RunPlans.Stages(run);
        var done = CheckpointChain.CountStages(plan.CheckpointFolder);
        var perStage =
            done > 0
                ? Enumerable.Range(1, done).Average(s => (double)SizeOf(CheckpointChain.FolderOf(plan.CheckpointFolder, s)))
                : (double)(Expected(run, width, stop) ?? 0) / Math.Max(1, stages);
        return stages <= done ? 0 : (long)(perStage * (stages - done + WithinStage));
    }

    private long? Expected(RunEntity run, int width, CancellationToken stop)
    {
        var (known, _) = measurements.FindAsync(stop).GetAwaiter().GetResult(); // a worker's thread is its own
        return measurements.Estimate(run.ToView(), known, PageText.English, width).DiskBytes;
    }

    private static long SizeOf(string folder) => new DirectoryInfo(folder).EnumerateFiles().Sum(f => f.Length);
}
