using CllClip.Shared.Runs;

namespace CllClip.Portal.Jobs;

/// <summary>The states that may follow a state. Nothing changes a run's state but through <see cref="RunStore"/>, which asks here.</summary>
public static class RunTransitions
{
    private static readonly Dictionary<RunState, RunState[]> Next = new()
    {
        [RunState.Queued] = [RunState.Running, RunState.Stopped, RunState.Failed],
        // Queued: the process died or was shut down, the run goes on from its last stage.
        [RunState.Running] = [RunState.Stopping, RunState.Completed, RunState.Failed, RunState.Queued, RunState.Paused],
        [RunState.Paused] = [RunState.Queued, RunState.Stopped],
        // Completed: the last step was done before the stop was seen.
        [RunState.Stopping] = [RunState.Stopped, RunState.Completed, RunState.Failed],
        [RunState.Stopped] = [RunState.Queued],
        [RunState.Failed] = [RunState.Queued],
        // Queued: its checkpoint turned out damaged, and those stages are trained again.
        [RunState.Completed] = [RunState.Queued],
    };

    /// <summary>Whether a run in one state may enter another.</summary>
    public static bool IsLegal(RunState from, RunState to) => Next[from].Contains(to);

    /// <summary>States that may follow.</summary>
    public static IReadOnlyList<RunState> From(RunState state) => Next[state];

    /// <summary>Whether a worker has the run in hand.</summary>
    public static bool IsActive(RunState state) => state is RunState.Running or RunState.Stopping;

    /// <summary>Whether nothing more happens without a person's doing.</summary>
    public static bool IsAtRest(RunState state) => state is RunState.Stopped or RunState.Completed or RunState.Failed;
}
