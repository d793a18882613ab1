using System.Text.Json;
using CllClip.Shared.Results;

namespace CllClip.Shared.Runs;

/// <summary>What produced a run's numbers.</summary>
public sealed record Provenance
{
    /// <summary>Version of this program, with the commit where known.</summary>
    public required string CodeVersion { get; init; }

    /// <summary>Content hash of the prepared data set.</summary>
    public required string DataRevision { get; init; }

    /// <summary>Content hashes of the further data sets evaluated on, by id; null where there are none.</summary>
    public IReadOnlyDictionary<string, string>? TestSetRevisions { get; init; }

    /// <summary>SHA-256 of the base model's weights, hexadecimal.</summary>
    public required string BaseModelHash { get; init; }

    /// <summary>Device the run was trained on, for example <c>cpu (2 threads)</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Processor, cores and memory in words.</summary>
    public required string Machine { get; init; }

    /// <summary>Versions of .NET, TorchSharp and libtorch.</summary>
    public required IReadOnlyDictionary<string, string> Libraries { get; init; }

    /// <summary>Seconds spent in training and evaluation, over all attempts.</summary>
    public double? DurationSeconds { get; init; }
}

/// <summary>A stage that was finished: figures of one task.</summary>
public sealed record StageView
{
    /// <summary>From 1.</summary>
    public required int Stage { get; init; }

    /// <summary>Languages learned in this task (several in joint training).</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>Rows of the token embedding after this task.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Tokens added by this task.</summary>
    public required int NewTokens { get; init; }

    /// <summary>Rows that the task's captions use.</summary>
    public required int RowsInUse { get; init; }

    /// <summary>Numbers that the task's steps change: rows in use and the method's own parameters. Null for stages from before this was counted.</summary>
    public long? TrainedParameters { get; init; }

    /// <summary>Training pairs seen (captions times epochs).</summary>
    public required long TrainingPairs { get; init; }

    /// <summary>Seconds of training (vocabulary, steps, validation).</summary>
    public required double TrainSeconds { get; init; }

    /// <summary>Seconds of evaluation on all languages seen, further test sets included.</summary>
    public required double EvaluationSeconds { get; init; }

    /// <summary>Epoch whose weights were kept, from 1; 0 where nothing was trained.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>Validation score of that epoch (mean of R@1/5/10 both ways, percent).</summary>
    public required double ValidationScore { get; init; }

    /// <summary>Peak working set of the process, bytes.</summary>
    public required long PeakMemoryBytes { get; init; }
}

/// <summary>A run as the API and the pages show it.</summary>
public sealed record RunView
{
    /// <summary>Opaque identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Name shown in lists.</summary>
    public required string Name { get; init; }

    /// <summary>State.</summary>
    public required RunState State { get; init; }

    /// <summary>Method id.</summary>
    public required string Method { get; init; }

    /// <summary>Whether TEIR is composed with the method.</summary>
    public required bool Teir { get; init; }

    /// <summary>Data set id.</summary>
    public required string Dataset { get; init; }

    /// <summary>Ids of the further data sets that it is evaluated on after each task.</summary>
    public IReadOnlyList<string> TestSets { get; init; } = [];

    /// <summary>Base model id.</summary>
    public required string Model { get; init; }

    /// <summary>Languages in the order of learning.</summary>
    public required IReadOnlyList<string> Languages { get; init; }

    /// <summary>Epochs per task.</summary>
    public required int Epochs { get; init; }

    /// <summary>Every option with the value in force.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Options { get; init; }

    /// <summary>Seed of every random draw.</summary>
    public required int Seed { get; init; }

    /// <summary>Device asked for.</summary>
    public required string Device { get; init; }

    /// <summary>Free labels.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What people wrote about it; null for nothing.</summary>
    public string? Notes { get; init; }

    /// <summary>Id of the sweep that it was launched with; null for a run of its own.</summary>
    public string? SweepId { get; init; }

    /// <summary>Name of that sweep.</summary>
    public string? SweepName { get; init; }

    /// <summary>True for the runs that ship with the repository.</summary>
    public bool Shipped { get; init; }

    /// <summary>Where the scores come from, of a run that was measured elsewhere and imported; null for runs of this portal.</summary>
    public RunOrigin? Origin { get; init; }

    /// <summary>When its checkpoints were removed by the rule of what is pruned (UTC); null if they were not. Scores, ranks, curves and log stay.</summary>
    public DateTime? CheckpointsPrunedAt { get; init; }

    /// <summary>When it was asked for (UTC).</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When training began first (UTC).</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>When it ended (UTC).</summary>
    public DateTime? EndedAt { get; init; }

    /// <summary>Where it stands; null before the first step.</summary>
    public RunProgress? Progress { get; init; }

    /// <summary>Aggregates of the scores so far on the run's own data set.</summary>
    public ContinualSummary Summary { get; init; } = new();

    /// <summary>What produced the numbers; null before it starts.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>Why it failed, in words with the remedy; null if it did not.</summary>
    public string? Error { get; init; }
}
