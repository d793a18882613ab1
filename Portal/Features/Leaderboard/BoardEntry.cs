using CllClip.Engine.Evaluation;
using CllClip.Portal.Localization;
using CllClip.Shared.Methods;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Where a row of the leaderboard comes from.</summary>
public enum BoardSource
{
    /// <summary>A run of this portal.</summary>
    Own,

    /// <summary>Figures that others published.</summary>
    Published,

    /// <summary>Scores that were measured elsewhere and imported into this portal.</summary>
    Imported,
}

/// <summary>One measured model: a run, or a model of a publication. The table's rows are made from these.</summary>
public sealed record BoardEntry
{
    /// <summary>Id of the run, or the published model's name.</summary>
    public required string Id { get; init; }

    /// <summary>Name shown, without <c>+ TEIR</c>.</summary>
    public required string Label { get; init; }

    /// <summary>Method id.</summary>
    public required string Method { get; init; }

    /// <summary>Whether TEIR was on; null where the source does not say.</summary>
    public bool? Teir { get; init; }

    /// <summary>What sets it apart from the method as published; shown beside the name, never left out.</summary>
    public IReadOnlyList<MethodVariant> Variants { get; init; } = [];

    /// <summary>Data set id: of a run the one that it learned from, of a publication the one that its figures are of.</summary>
    public required string Dataset { get; init; }

    /// <summary>Revisions of the further data sets that a run was evaluated on, by id.</summary>
    public IReadOnlyDictionary<string, string> TestSetRevisions { get; init; } = new Dictionary<string, string>();

    /// <summary>Base model, in words.</summary>
    public required string Model { get; init; }

    /// <summary>Own, published or imported.</summary>
    public required BoardSource Source { get; init; }

    /// <summary>Languages in the order of learning.</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>Equal for runs that differ in the seed alone.</summary>
    public required string Configuration { get; init; }

    /// <summary>Everything but method, TEIR and seed that a run was made with, by name: what tells rows of one method apart.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Seed; null where unknown.</summary>
    public int? Seed { get; init; }

    /// <summary>All tasks are done, so the entry can be ranked.</summary>
    public bool Finished { get; init; } = true;

    /// <summary>What an entry that is not finished is doing, for example <c>running, 2 of 6 tasks done</c>.</summary>
    public LateText? Status { get; init; }

    /// <summary>Ships with the repository.</summary>
    public bool Shipped { get; init; }

    /// <summary>Who measured the scores of an imported run; null for all others.</summary>
    public string? ImportedFrom { get; init; }

    /// <summary>Page of the run, or of the publication.</summary>
    public string? Link { get; init; }

    /// <summary>File that published figures come from.</summary>
    public string? File { get; init; }

    /// <summary>What produced a run's numbers; null for published ones.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>What a run cost; null where it is not known.</summary>
    public RunCost? Cost { get; init; }

    /// <summary>Folder of the checkpoint chain, where a run may have kept its answers to single queries; null where there is none.</summary>
    public string? Chain { get; init; }

    /// <summary>Scores by data set, protocol, direction and K.</summary>
    public required IReadOnlyDictionary<ScoreKey, EntryScores> Scores { get; init; }

    /// <summary>Revision of the test set that scores are of: two entries were asked the same queries only where it is the same.</summary>
    public string? Revision(ScoreKey key) =>
        Scores[key].TestSet is null ? Provenance?.DataRevision : TestSetRevisions.GetValueOrDefault(key.Dataset);
}

/// <summary>What a run cost, over all its tasks, as the run itself measured it.</summary>
/// <param name="TrainSeconds">Seconds of training (vocabulary, steps, validation).</param>
/// <param name="PeakMemoryBytes">Largest working set of the process.</param>
/// <param name="VocabularySize">Rows of the token embedding after the last task.</param>
/// <param name="TrainedParameters">Most numbers that one task trained; null where a task did not count them.</param>
/// <param name="Machine">Machine and device, without which the seconds say nothing.</param>
public sealed record RunCost(double TrainSeconds, long PeakMemoryBytes, int VocabularySize, long? TrainedParameters, string? Machine)
{
    /// <summary>The cost of a run's tasks; null before the first is done.</summary>
    public static RunCost? Of(IReadOnlyCollection<StageView> stages, Provenance? provenance) =>
        stages.Count == 0
            ? null
            : new(
                stages.Sum(s => s.TrainSeconds),
                stages.Max(s => s.PeakMemoryBytes),
                stages.MaxBy(s => s.Stage)!.VocabularySize,
                stages.All(s => s.TrainedParameters is not null) ? stages.Max(s => s.TrainedParameters) : null,
                provenance is null ? null : $"{provenance.Machine}; {provenance.Device}"
            );
}

/// <summary>Which of an entry's scores.</summary>
/// <param name="Dataset">Data set that it was measured on, by the name it has on the leaderboard (<see cref="BoardNames.Canonical"/>).</param>
/// <param name="Protocol">Evaluation protocol.</param>
/// <param name="Direction">Direction of retrieval.</param>
/// <param name="K">1, 5 or 10.</param>
public readonly record struct ScoreKey(string Dataset, string Protocol, RetrievalDirection Direction, int K);

/// <summary>Per-language figures of an entry on one data set under one protocol, direction and K, in percent.</summary>
public sealed record EntryScores
{
    /// <summary>Recall after the last task at hand.</summary>
    public IReadOnlyDictionary<string, double> Final { get; init; } = new Dictionary<string, double>();

    /// <summary>Recall right after the language's own task.</summary>
    public IReadOnlyDictionary<string, double> OwnTask { get; init; } = new Dictionary<string, double>();

    /// <summary>What is lost of the languages learned before the last task.</summary>
    public IReadOnlyDictionary<string, Forgotten> Forgetting { get; init; } = new Dictionary<string, Forgotten>();

    /// <summary>AR, F and F_en over all languages where only these were published.</summary>
    public ReportedMeans? Reported { get; init; }

    /// <summary>Languages that the model learned and the data set has not.</summary>
    public IReadOnlyCollection<string> Lacking { get; init; } = [];

    /// <summary>Number of queries of each language; empty where unknown.</summary>
    public IReadOnlyDictionary<string, int> Queries { get; init; } = new Dictionary<string, int>();

    /// <summary>Number of tasks after which <see cref="Final"/> was measured.</summary>
    public int LastStage { get; init; }

    /// <summary>Id of the further data set that it was measured on, as the run knows it; null is the run's own.</summary>
    public string? TestSet { get; init; }

    /// <summary>Number of images of the test set; 0 where unknown.</summary>
    public int Images { get; init; }

    /// <summary>Why there is no score after the last task for single languages.</summary>
    public LateText? FinalMissing { get; init; }

    /// <summary>Why there is no score right after a language's own task.</summary>
    public LateText? OwnTaskMissing { get; init; }

    /// <summary>Why there is no forgetting; null where the reason is that there was only one task.</summary>
    public LateText? ForgettingMissing { get; init; }
}

/// <summary>Means over all languages as published.</summary>
/// <param name="Ar">Average recall after the last task.</param>
/// <param name="F">Forgetting.</param>
/// <param name="FEnglish">Forgetting on English.</param>
public sealed record ReportedMeans(double Ar, double F, double FEnglish);
