using CllClip.Portal.Features.Launch;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Localization;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Jobs;

/// <summary>What estimates are made from: the newest finished runs, and this machine's calibration.</summary>
public sealed class RunMeasurements(RunQueries queries, IEngineHost engine, Calibration calibration)
{
    private const int MostMeasured = 30;

    /// <summary>All that was measured.</summary>
    /// <returns>The measurements, and whether more will be known soon.</returns>
    public async Task<(IReadOnlyList<MeasuredRun> Known, bool Provisional)> FindAsync(CancellationToken stop = default)
    {
        var known = (await queries.FinishedAsync(MostMeasured, stop)).Select(m => new MeasuredRun(m.Run, m.Stages)).ToList();
        var (datasets, models) = (engine.Datasets, engine.ModelIds);
        var provisional = !engine.Preparation.Ready;
        if (!provisional && datasets.Count > 0 && models.Count > 0)
        {
            if (calibration.Find(datasets[0], models[0], out provisional) is { } calibrated)
            {
                known.Add(calibrated);
            }
        }
        return (known, provisional);
    }

    /// <summary>What a stored run is expected to take from its beginning.</summary>
    /// <param name="run">The run.</param>
    /// <param name="known">What was measured.</param>
    /// <param name="text">Language of the words.</param>
    /// <param name="embeddingWidth">Width of a row of the token embedding; 0 where the size of checkpoints is of no interest.</param>
    public RunEstimate Estimate(RunView run, IReadOnlyList<MeasuredRun> known, PageText text, int embeddingWidth = 0)
    {
        ArgumentNullException.ThrowIfNull(run);
        var dataset = engine.Datasets.FirstOrDefault(d => d.Id == run.Dataset);
        Func<string, int>? pairs = dataset is null ? null : l => dataset.Languages.Contains(l) ? dataset.TrainingPairCount(l) : 0;
        var request = new RunRequest
        {
            Method = run.Method,
            Teir = run.Teir,
            Dataset = run.Dataset,
            TestSets = run.TestSets,
            Model = run.Model,
            Languages = run.Languages,
        };
        return RunEstimator.Estimate(request, known, pairs, run.Epochs, embeddingWidth, text);
    }
}
