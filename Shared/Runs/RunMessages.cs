using CllClip.Shared.Results;

namespace CllClip.Shared.Runs;

/// <summary>The hub's <c>progress</c> message: the latest wins, at most ten a second a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Sequence">Grows with every message of the run.</param>
/// <param name="Progress">Where the run stands.</param>
/// <param name="Losses">Loss terms of the last step by name (<c>total</c>, <c>crosslingual</c>, <c>crossmodal</c>, …), and <c>gradNorm</c>, <c>tau</c>, <c>learningRate</c>.</param>
public sealed record ProgressMessage(string RunId, long Sequence, RunProgress Progress, IReadOnlyDictionary<string, double> Losses);

/// <summary>The hub's <c>score</c> message: never dropped.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Sequence">Position of the score among the run's scores, from 1, without gaps.</param>
/// <param name="Score">The score.</param>
public sealed record ScoreMessage(string RunId, long Sequence, Score Score);

/// <summary>The hub's <c>state</c> message and a row of the run's history: never dropped.</summary>
/// <param name="RunId">The run.</param>
/// <param name="State">State entered.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="At">When (UTC).</param>
public sealed record StateMessage(string RunId, RunState State, string Reason, DateTime At)
{
    /// <summary>Position of the state in the run's history, from 1, without gaps.</summary>
    public long Sequence { get; init; }
}

/// <summary>The hub's <c>log</c> message and a row of the run's log.</summary>
/// <param name="RunId">The run.</param>
/// <param name="At">When (UTC).</param>
/// <param name="Level"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Text">The line.</param>
public sealed record LogMessage(string RunId, DateTime At, string Level, string Text)
{
    /// <summary>Position of the line in the run's log, from 1, without gaps.</summary>
    public long Sequence { get; init; }
}
