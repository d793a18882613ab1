using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Launch;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Jobs;

/// <summary>
/// What a run is expected to write yet: stages, measured by its own where it has some, else by finished runs; the ranks of its queries; and the embeddings of its
/// data sets where they are not kept yet.
/// </summary>
public sealed class RunSpace(RunMeasurements measurements, PortalFolders folders)
{
    /// <summary>
    /// A checkpoint within a stage holds four times what the stage's own does: rows, both moments of AdamW, the best epoch's rows. Two are kept, and a third is
    /// written before the oldest goes.
    /// </summary>
    private const int WithinStage = 3 * 4;

    /// <summary>Bytes; of stages none where nothing is known to tell from.</summary>
    /// <param name="run">The run.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="datasets">Its data set and those that it is tested on besides.</param>
    /// <param name="model">Its base model.</param>
    /// <param name="stop">The portal shuts down.</param>
    internal long Needed(RunEntity run, RunPlan plan, IReadOnlyList<IRetrievalDataset> datasets, ClipModel model, CancellationToken stop)
    {
        var cache = new FeatureCache(folders.Features);
        return Stages(run, plan, model.Config.Text.Tower.Width, stop)
            + Ranks(run, plan, datasets)
            + datasets.Sum(d => cache.BytesToWrite(d, model));
    }

    /// <summary>Each stage is tested on all languages learned up to it.</summary>
    internal static long Ranks(RunEntity run, RunPlan plan, IReadOnlyList<IRetrievalDataset> datasets)
    {
        var (stages, done) = (RunPlans.Stages(run), CheckpointChain.CountStages(plan.CheckpointFolder));
        var ofLanguage = plan
            .Languages.Select(language => datasets.Where(d => d.Languages.Contains(language)).Sum(d => RankFile.BytesOf(d.Tests(language))))
            .ToList();
        return Enumerable.Range(done + 1, Math.Max(0, stages - done)).Sum(s => ofLanguage.Take(stages == 1 ? ofLanguage.Count : s).Sum());
    }

    private long Stages(RunEntity run, RunPlan plan, int width, CancellationToken stop)
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
