using System.Text.Json.Serialization;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Compare;

/// <summary>Runs side by side on one data set, under one protocol: answer of <c>/api/v1/compare</c>.</summary>
public sealed record Comparison
{
    /// <summary>Data set of the scores.</summary>
    public string? Dataset { get; init; }

    /// <summary>Protocol of the scores.</summary>
    public string? Protocol { get; init; }

    /// <summary>Direction of retrieval.</summary>
    public RetrievalDirection Direction { get; init; }

    /// <summary>1, 5 or 10.</summary>
    public int K { get; init; }

    /// <summary>What may be chosen instead: data sets and their protocols that all runs have scores of.</summary>
    public IReadOnlyList<ComparisonChoice> Choices { get; init; } = [];

    /// <summary>The runs; the others are held against the first.</summary>
    public IReadOnlyList<ComparedRun> Runs { get; init; } = [];

    /// <summary>Number of languages that all runs have learned, neither more nor less, where they are compared; null where that is not the same for all.</summary>
    public int? Learned { get; init; }

    /// <summary>Whether each run is taken after its own last task, whatever the others have learned.</summary>
    public bool AtLast { get; init; }

    /// <summary>Whether there are earlier stages at which the runs had learned the same languages, other than after their last tasks.</summary>
    [JsonIgnore]
    public bool HasEarlier { get; init; }

    /// <summary>Languages that every run has learned, in the first one's order.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Options and provenance in which the runs differ.</summary>
    public IReadOnlyList<ComparedSetting> Differences { get; init; } = [];

    /// <summary>Ids asked for that there is no run of.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Why the runs cannot be compared, or what to bear in mind.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>A data set and protocol.</summary>
public sealed record ComparisonChoice(string Dataset, string Protocol);

/// <summary>One of the runs.</summary>
public sealed record ComparedRun
{
    /// <summary>The run.</summary>
    public required RunView Run { get; init; }

    /// <summary>The stage after which it is compared.</summary>
    public int Stage { get; init; }

    /// <summary>Number of stages that it has finished.</summary>
    public int Stages { get; init; }

    /// <summary>Why it and the first run are not like for like, whatever their methods: a sentence each, none where they are.</summary>
    public IReadOnlyList<string> Unlike { get; init; } = [];

    /// <summary>Whether nothing but what the runs were set to explains a difference to the first run.</summary>
    public bool LikeForLike => Unlike.Count == 0;

    /// <summary>Mean recall over the languages compared, after that stage, percent.</summary>
    public double? Ar { get; init; }

    /// <summary>Forgetting over them, percentage points.</summary>
    public double? F { get; init; }

    /// <summary>AR over the stages, for every stage done: mean over the languages learned by then.</summary>
    public IReadOnlyList<double?> ArByStage { get; init; } = [];

    /// <summary>F over the stages.</summary>
    public IReadOnlyList<double?> FByStage { get; init; } = [];

    /// <summary>Recall by language after the stage compared.</summary>
    public IReadOnlyDictionary<string, Score> Recall { get; init; } = new Dictionary<string, Score>();

    /// <summary>Difference to the first run over all languages; null for the first, and where single answers are not known.</summary>
    public MeanDifference? Overall { get; init; }

    /// <summary>Difference to the first run by language; empty for the first, and where single answers are not known.</summary>
    public IReadOnlyDictionary<string, LanguageDifference> Differences { get; init; } = new Dictionary<string, LanguageDifference>();

    /// <summary>Why there are no tests against the first run.</summary>
    public string? Untested { get; init; }

    /// <summary>What may be concluded, in plain words.</summary>
    public string? Conclusion { get; init; }
}

/// <summary>A mean over languages that is larger or smaller.</summary>
/// <param name="Images">Images (or captions that all languages share) that were drawn.</param>
/// <param name="Difference">Run minus first, percentage points.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="P">Two-sided p-value of the paired permutation test.</param>
public sealed record MeanDifference(int Images, double Difference, double Low, double High, double P)
{
    /// <summary>The same after Holm's correction for all runs that are tested against the first.</summary>
    public double HolmP { get; init; } = P;

    /// <summary>Number of those runs.</summary>
    public int Tests { get; init; } = 1;
}

/// <summary>One language's difference.</summary>
/// <param name="Queries">Number of queries.</param>
/// <param name="OnlyFirst">Queries that the first run alone answers.</param>
/// <param name="OnlySecond">Queries that the other alone answers.</param>
/// <param name="Difference">Run minus first, percentage points.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval over captions.</param>
/// <param name="High">Upper end.</param>
/// <param name="P">Two-sided p-value of the paired permutation test.</param>
/// <param name="HolmP">The same after Holm's correction for all languages compared.</param>
public sealed record LanguageDifference(
    int Queries,
    int OnlyFirst,
    int OnlySecond,
    double Difference,
    double Low,
    double High,
    double P,
    double HolmP
)
{
    /// <summary>Level at which a difference is called one.</summary>
    public const double Level = 0.05;

    /// <summary>Whether it stands after correction.</summary>
    public bool Significant => HolmP <= Level;
}

/// <summary>An option or a fact that differs.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Values">Value of each run; null where it has none.</param>
public sealed record ComparedSetting(string Name, IReadOnlyList<string?> Values);
