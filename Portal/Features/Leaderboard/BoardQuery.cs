using CllClip.Engine.Evaluation;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>When a language's score was taken.</summary>
public enum BoardMoment
{
    /// <summary>After the last task: what is left.</summary>
    Last,

    /// <summary>Right after the language's own task: how well it was learned.</summary>
    OwnTask,
}

/// <summary>What average recall can be drawn against; less is better on every axis.</summary>
public enum BoardAxis
{
    /// <summary>Forgetting F, in percentage points.</summary>
    Forgetting,

    /// <summary>Seconds of training.</summary>
    Time,

    /// <summary>Peak memory of the process.</summary>
    Memory,

    /// <summary>Rows of the token embedding after the last task: what the model stores for its languages.</summary>
    Vocabulary,

    /// <summary>Most numbers that one task trained: rows in use and the method's own parameters.</summary>
    Parameters,
}

/// <summary>Everything that can be chosen on the leaderboard; the page's address and the API's parameters hold the same.</summary>
public sealed record BoardQuery
{
    /// <summary>Data set id; null shows all.</summary>
    public string? Dataset { get; init; }

    /// <summary>Protocol; null takes each data set's headline protocol.</summary>
    public string? Protocol { get; init; }

    /// <summary>Direction of retrieval.</summary>
    public RetrievalDirection Direction { get; init; } = RetrievalDirection.TextToImage;

    /// <summary>1, 5 or 10.</summary>
    public int K { get; init; } = 1;

    /// <summary>Languages that means are taken over; empty takes all of a group.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>When the scores shown were taken.</summary>
    public BoardMoment Moment { get; init; } = BoardMoment.Last;

    /// <summary>What forgetting means.</summary>
    public ForgettingDefinition Metric { get; init; } = ForgettingDefinition.Paper;

    /// <summary>What average recall is drawn against below each ranking; null draws nothing.</summary>
    public BoardAxis? Plot { get; init; }

    /// <summary>Shows one source only.</summary>
    public BoardSource? Source { get; init; }

    /// <summary>Shows one method only.</summary>
    public string? Method { get; init; }

    /// <summary>Shows rows with or without TEIR only.</summary>
    public bool? Teir { get; init; }

    /// <summary>Shows rows whose name holds this text.</summary>
    public string? Text { get; init; }

    /// <summary>Shows runs too that stopped or failed on their way: they are never ranked, and after months there are far more of them than of others.</summary>
    public bool Stopped { get; init; }

    /// <summary>Column that rows are sorted by: <c>rank</c>, <c>name</c>, <c>average</c>, <c>forgetting</c>, <c>forgetting-en</c> or a language code.</summary>
    public string Sort { get; init; } = "rank";

    /// <summary>Whether the sort is turned round.</summary>
    public bool Descending { get; init; }

    /// <inheritdoc/>
    public bool Equals(BoardQuery? other) => other is not null && BoardLink.Write(this) == BoardLink.Write(other);

    /// <inheritdoc/>
    public override int GetHashCode() => BoardLink.Write(this).GetHashCode(StringComparison.Ordinal);
}
