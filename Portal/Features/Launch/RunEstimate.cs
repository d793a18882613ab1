using CllClip.Engine.Methods;
using CllClip.Portal.Localization;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Launch;

/// <summary>What a run is expected to take, and from which figures that is known.</summary>
/// <param name="Seconds">Time, or null while unknown.</param>
/// <param name="MemoryBytes">Peak memory of the process, or null while unknown.</param>
/// <param name="DiskBytes">Size of the checkpoint chain, or null while unknown.</param>
/// <param name="Source">Where the figures come from, in words.</param>
public sealed record RunEstimate(double? Seconds, long? MemoryBytes, long? DiskBytes, string Source);

/// <summary>Finished stages of one run, to estimate others from.</summary>
/// <param name="Run">The run.</param>
/// <param name="Stages">Its finished stages.</param>
/// <param name="Calibration">Whether it is no run but a short measurement on this machine.</param>
public sealed record MeasuredRun(RunView Run, IReadOnlyList<StageView> Stages, bool Calibration = false);

/// <summary>Estimates a run from the stage figures of finished runs of the same method, data set and base model, else of any method that trains.</summary>
public static class RunEstimator
{
    /// <summary>Bytes of one stored row of the token embedding: the row itself plus its share of vocabulary and counters.</summary>
    private const int RowOverhead = 24;

    public static RunEstimate Estimate(
        RunRequest request,
        IReadOnlyList<MeasuredRun> measured,
        Func<string, int>? pairsPerEpoch,
        int epochs,
        int embeddingWidth,
        PageText text
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(measured);
        ArgumentNullException.ThrowIfNull(text);
        var languages = request.Languages ?? [];
        if (Choose(request, measured) is not { } known)
        {
            return new RunEstimate(null, null, null, text["no finished run to learn from yet; the first one will tell"]);
        }
        var trained = known.Stages.Where(s => s.TrainingPairs > 0 && s.TrainSeconds > 0).ToList();
        var secondsPerPair = trained.Sum(s => s.TrainSeconds) / Math.Max(1, trained.Sum(s => s.TrainingPairs));
        var (trains, atOnce) = Kind(request.Method);
        // Every data set evaluated on counts alike: that is how a run's own estimate begins, too.
        var evaluations =
            known.Stages.Sum(s => Kind(known.Run.Method).AtOnce ? s.Languages.Count : s.Stage) * (1 + known.Run.TestSets.Count);
        var secondsPerEvaluation = known.Stages.Sum(s => s.EvaluationSeconds) / Math.Max(1, evaluations);
        var pairsOfMeasured =
            trained.Count == 0
                ? 0
                : trained.Average(s => (double)s.TrainingPairs / Math.Max(1, s.Languages.Count) / Math.Max(1, known.Run.Epochs));
        var train = !trains
            ? 0
            : languages.Sum(l => secondsPerPair * epochs * (pairsPerEpoch is null ? pairsOfMeasured : pairsPerEpoch(l)));
        double count = languages.Count;
        var evaluate = secondsPerEvaluation * (atOnce ? count : count * (count + 1) / 2) * (1 + (request.TestSets?.Count ?? 0));
        var rows = trained.Count == 0 ? 0 : trained.Average(s => (double)s.RowsInUse / Math.Max(1, s.Languages.Count)) * languages.Count;
        return new RunEstimate(
            train + evaluate,
            known.Stages.Max(s => s.PeakMemoryBytes) is > 0 and var peak ? peak : null,
            !trains ? 0 : (long)(rows * (embeddingWidth * sizeof(float) + RowOverhead)),
            Words(known, request, text)
        );
    }

    private static (bool Trains, bool AtOnce) Kind(string? method) =>
        MethodCatalog.Find(method ?? "") is { } found ? (found.Trains, found.AllLanguagesAtOnce) : (true, false);

    private static MeasuredRun? Choose(RunRequest request, IReadOnlyList<MeasuredRun> measured) =>
        measured
            .Where(m => m.Stages.Count > 0 && m.Run.Dataset == request.Dataset && m.Run.Model == request.Model)
            .Where(m => m.Stages.Any(s => Kind(request.Method).Trains ? s.TrainingPairs > 0 : s.EvaluationSeconds > 0))
            .OrderBy(m =>
                m.Run.Shipped ? 2
                : m.Calibration ? 1
                : 0
            ) // what was measured here comes first
            .ThenByDescending(m => m.Run.Method == request.Method)
            .ThenByDescending(m => m.Run.EndedAt ?? m.Run.CreatedAt)
            .FirstOrDefault();

    private static string Words(MeasuredRun known, RunRequest request, PageText text)
    {
        if (known.Calibration)
        {
            return text["from a short calibration on this machine"];
        }
        var source = (known.Run.Shipped, known.Run.Provenance?.Machine) switch
        {
            (false, _) => text["from the stages of your run “{0}”", known.Run.Name],
            (true, null) => text["from the stages of the shipped run “{0}”, made on another machine: yours may differ", known.Run.Name],
            (true, var machine) => text["from the stages of the shipped run “{0}”, made on {1}: yours may differ", known.Run.Name, machine],
        };
        return known.Run.Method == request.Method ? source : text["{0}; another method, so roughly", source];
    }
}
