using System.Text.Json;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Storage;

/// <summary>A run: what was asked for, where it stands, and what came of it. Its scores, stages, history and log have tables of their own.</summary>
public sealed class RunEntity
{
    public required string Id { get; set; }

    /// <summary>Order of creation.</summary>
    public long Number { get; set; }

    /// <summary>The queue's order within a lane. Begins as <see cref="Number"/>; moving queued runs deals the places that they hold out anew.</summary>
    public long QueuePosition { get; set; }

    public required string Name { get; set; }
    public RunState State { get; set; }
    public required string Method { get; set; }
    public bool Teir { get; set; }
    public required string Dataset { get; set; }

    /// <summary>Further data sets to evaluate on.</summary>
    public IReadOnlyList<string> TestSets { get; set; } = [];
    public required string Model { get; set; }
    public required IReadOnlyList<string> Languages { get; set; }
    public int Epochs { get; set; }

    /// <summary>Every option with the value in force.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Options { get; set; }
    public int Seed { get; set; }

    /// <summary>Device asked for.</summary>
    public required string Device { get; set; }

    /// <summary>Device that it stands for here (<c>cpu</c>, <c>cuda:0</c>): the queue it waits in.</summary>
    public required string Lane { get; set; }
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>What people wrote about it.</summary>
    public string? Notes { get; set; }

    /// <summary>The sweep that it was launched with; null for a run of its own. A sweep is nothing but its runs: it goes with the last of them.</summary>
    public string? SweepId { get; set; }

    /// <summary>The sweep's name, the same in all its runs.</summary>
    public string? SweepName { get; set; }

    /// <summary>Came with the repository: read in place, never resumed or deleted.</summary>
    public bool Shipped { get; set; }

    /// <summary>Where the scores come from, if they were measured elsewhere and imported.</summary>
    public RunOrigin? Origin { get; set; }

    /// <summary>Folder of the checkpoint chain where it is not the run's own folder under the data root.</summary>
    public string? ChainFolder { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime? StartedAt { get; set; }
    public DateTime? EndedAt { get; set; }

    /// <summary>Seconds of work over all attempts.</summary>
    public double? DurationSeconds { get; set; }

    /// <summary>The last progress stored; the feed knows newer.</summary>
    public RunProgress? Progress { get; set; }
    public ContinualSummary Summary { get; set; } = new();
    public Provenance? Provenance { get; set; }

    /// <summary>Why it failed, in words with the remedy.</summary>
    public string? Error { get; set; }

    /// <summary>When its checkpoints were pruned; null while nobody did.</summary>
    public DateTime? CheckpointsPrunedAt { get; set; }
}

/// <summary>A finished stage of a run.</summary>
public sealed class StageEntity
{
    public required string RunId { get; set; }
    public int Stage { get; set; }
    public required StageView Figures { get; set; }
}

/// <summary>One measured recall. There is one row per run, data set, stage, language, direction, K and protocol.</summary>
public sealed class ScoreEntity
{
    public required string RunId { get; set; }

    /// <summary>Position among the run's scores, from 1, without gaps.</summary>
    public long Sequence { get; set; }
    public int Stage { get; set; }
    public required string Language { get; set; }
    public RetrievalDirection Direction { get; set; }
    public int K { get; set; }
    public double Recall { get; set; }
    public int N { get; set; }
    public required string Protocol { get; set; }

    /// <summary>The further data set that it was measured on; empty for the run's own, so that it can stand in a key.</summary>
    public string Dataset { get; set; } = "";

    public static ScoreEntity Of(string runId, long sequence, Score score)
    {
        ArgumentNullException.ThrowIfNull(score);
        return new ScoreEntity
        {
            RunId = runId,
            Sequence = sequence,
            Stage = score.Stage,
            Language = score.Language,
            Direction = score.Direction,
            K = score.K,
            Recall = score.Recall,
            N = score.N,
            Protocol = score.Protocol,
            Dataset = score.Dataset ?? "",
        };
    }

    public Score ToScore() => new(Stage, Language, Direction, K, Recall, N, Protocol) { Dataset = Dataset.Length > 0 ? Dataset : null };
}

/// <summary>A state that a run entered, when and why.</summary>
public sealed class StateChangeEntity
{
    public required string RunId { get; set; }

    /// <summary>Position in the run's history, from 1, without gaps.</summary>
    public long Sequence { get; set; }
    public RunState State { get; set; }
    public required string Reason { get; set; }
    public DateTime At { get; set; }

    public StateMessage ToMessage() => new(RunId, State, Reason, At) { Sequence = Sequence };
}

/// <summary>A line of a run's log.</summary>
public sealed class LogLineEntity
{
    public required string RunId { get; set; }

    /// <summary>Position in the run's log, from 1, without gaps.</summary>
    public long Sequence { get; set; }
    public DateTime At { get; set; }
    public required string Level { get; set; }
    public required string Text { get; set; }

    public LogMessage ToMessage() => new(RunId, At, Level, Text) { Sequence = Sequence };
}
