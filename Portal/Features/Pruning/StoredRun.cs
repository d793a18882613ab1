using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Pruning;

/// <summary>What pruning has to know of a run.</summary>
internal sealed record StoredRun(
    string Id,
    string Name,
    RunState State,
    bool Shipped,
    string? ChainFolder,
    IReadOnlyList<string> Tags,
    DateTime? EndedAt,
    DateTime CreatedAt
)
{
    /// <summary>Whether nothing is ever trained on from its checkpoints: stopped and failed runs can be resumed.</summary>
    public bool Finished => State == RunState.Completed && !Shipped && ChainFolder is null;

    /// <summary>Whether a worker may have its folder in hand now or soon.</summary>
    public bool Moves => State is RunState.Queued or RunState.Running or RunState.Stopping or RunState.Paused;
}
