using CllClip.Portal.Layout.Components;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Pruning;

/// <summary>Something that the rule would prune, or would but for what speaks for it.</summary>
public sealed record PrunePreviewThing
{
    public required PruneKind Kind { get; init; }

    /// <summary>Path below the data root, or the run's name.</summary>
    public required string Name { get; init; }

    /// <summary>Id of the run whose checkpoints they are; null of what belongs to none.</summary>
    public string? RunId { get; init; }

    public required long Bytes { get; init; }

    /// <summary>From when its age counts (UTC).</summary>
    public required DateTime Since { get; init; }

    /// <summary>Why it stays although it is old enough; null if it would go.</summary>
    public string? Kept { get; init; }
}

/// <summary>What a rule would do now.</summary>
public sealed record PrunePreview
{
    /// <summary>What would go, the largest first.</summary>
    public required IReadOnlyList<PrunePreviewThing> Things { get; init; }

    /// <summary>What is old enough and stays, with the reason.</summary>
    public required IReadOnlyList<PrunePreviewThing> Kept { get; init; }

    /// <summary>Bytes that would be freed.</summary>
    public long Bytes => Things.Sum(t => t.Bytes);

    internal static TableFile Table(IEnumerable<PrunePreviewThing> things) =>
        new(
            ["kind", "name", "runId", "bytes", "since", "kept"],
            things.Select(t => (IReadOnlyList<object?>)[PruneKinds.Name(t.Kind), t.Name, t.RunId, t.Bytes, t.Since, t.Kept])
        );
}

/// <summary>Something that was pruned, or could not be.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Name">Path below the data root, or the run's name.</param>
/// <param name="RunId">Id of the run whose checkpoints they were; null of what belonged to none.</param>
/// <param name="Bytes">Bytes on the disk.</param>
/// <param name="Error">Why it could not be removed; null if it was.</param>
public sealed record PrunedThing(PruneKind Kind, string Name, string? RunId, long Bytes, string? Error);

/// <summary>A pruning.</summary>
public sealed record PruningView
{
    public required DateTime At { get; init; }

    /// <summary>Who asked for it; empty where the rule was applied by itself.</summary>
    public required string By { get; init; }

    /// <summary>Things that went.</summary>
    public required int Count { get; init; }

    /// <summary>Bytes that were freed.</summary>
    public required long Bytes { get; init; }

    /// <summary>Things that could not be removed.</summary>
    public required int Failed { get; init; }

    /// <summary>What went and what could not, the largest first; of very many the largest alone.</summary>
    public required IReadOnlyList<PrunedThing> Things { get; init; }

    internal static PruningView Of(PruningEntity row) =>
        new()
        {
            At = row.At,
            By = row.By,
            Count = row.Count,
            Bytes = row.Bytes,
            Failed = row.Failed,
            Things = row.Things,
        };
}

/// <summary>The rule in force.</summary>
public sealed record PruneRuleView
{
    public required PruneRule Rule { get; init; }

    /// <summary>When it was set (UTC); null while the usual one is in force.</summary>
    public DateTime? ChangedAt { get; init; }

    /// <summary>Name of the token that it was set with.</summary>
    public string? ChangedBy { get; init; }
}
