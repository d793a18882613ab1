namespace CllClip.Portal.Features.Pruning;

/// <summary>Something on the disk that a rule may prune: files or folders that go together.</summary>
/// <param name="Kind">Which part of the rule it falls under.</param>
/// <param name="Name">What people call it: its path below the data root, or the run's name.</param>
/// <param name="Paths">What goes, in the order of going: without the first the rest counts for nothing.</param>
/// <param name="Since">From when its age counts (UTC); null where the files cannot tell, so that it counts from when it was first seen.</param>
internal sealed record FoundThing(PruneKind Kind, string Name, IReadOnlyList<string> Paths, DateTime? Since)
{
    /// <summary>The finished run that it belongs to; null of what belongs to none.</summary>
    public string? RunId { get; init; }

    /// <summary>Why it stays whatever its age; null if nothing speaks for it.</summary>
    public string? Kept { get; init; }

    /// <summary>Bytes on the disk.</summary>
    public long Bytes { get; init; }
}
