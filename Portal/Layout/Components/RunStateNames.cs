using CllClip.Portal.Localization;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Layout.Components;

/// <summary>The states of a run in the reader's language.</summary>
public static class RunStateNames
{
    /// <summary>A state in one word.</summary>
    public static string Of(RunState state, PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return state switch
        {
            RunState.Queued => text["Queued"],
            RunState.Running => text["Running"],
            RunState.Stopping => text["Stopping"],
            RunState.Stopped => text["Stopped"],
            RunState.Paused => text["Paused"],
            RunState.Completed => text["Completed"],
            _ => text["Failed"],
        };
    }
}
