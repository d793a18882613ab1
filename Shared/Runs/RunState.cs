using System.Text.Json.Serialization;

namespace CllClip.Shared.Runs;

/// <summary>States of a run; the legal transitions stand in one place in the portal's Jobs folder.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunState>))]
public enum RunState
{
    /// <summary>Waits for a free device.</summary>
    Queued,

    /// <summary>Is being trained.</summary>
    Running,

    /// <summary>Was asked to stop; finishes the step at hand.</summary>
    Stopping,

    /// <summary>Stopped by a person; can be resumed from its last stage.</summary>
    Stopped,

    /// <summary>Has no room on the disk; goes on by itself from its last checkpoint when there is.</summary>
    Paused,

    /// <summary>All tasks are done.</summary>
    Completed,

    /// <summary>Ended with an error; can be resumed from its last stage.</summary>
    Failed,
}
