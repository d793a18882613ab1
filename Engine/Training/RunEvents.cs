using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Engine.Training;

/// <summary>What a run reports through <see cref="IProgress{T}"/>, from its own thread, in order.</summary>
public abstract record RunEvent;

/// <summary>A step or phase was done; frequent, the latest replaces earlier ones.</summary>
/// <param name="Progress">Where the run stands.</param>
/// <param name="Losses">Terms of the last step by name; empty outside training.</param>
public sealed record ProgressMade(RunProgress Progress, IReadOnlyDictionary<string, double> Losses) : RunEvent;

/// <summary>Scores of one language on one data set after the stage at hand (of a stage found on disk all at once); never to be dropped.</summary>
/// <param name="Scores">All directions, K and protocols.</param>
public sealed record ScoresMeasured(IReadOnlyList<Score> Scores) : RunEvent;

/// <summary>A stage is complete and its checkpoint is on disk; all its scores were reported before.</summary>
/// <param name="Stage">Figures of the stage.</param>
/// <param name="CheckpointFolder">Folder of the stage's checkpoint; null where the method makes none (zero-shot).</param>
public sealed record StageFinished(StageView Stage, string? CheckpointFolder) : RunEvent;

/// <summary>A checkpoint within the stage at hand was written, or tried to be.</summary>
/// <param name="Stage">The stage, from 1.</param>
/// <param name="Step">Steps of the stage that it holds.</param>
/// <param name="Took">Time that training waited for it.</param>
public sealed record CheckpointKept(int Stage, int Step, TimeSpan Took) : RunEvent;

/// <summary>A line for the run's log.</summary>
/// <param name="Level"><c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Text">The line.</param>
public sealed record Logged(string Level, string Text) : RunEvent;
