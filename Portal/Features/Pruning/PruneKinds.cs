namespace CllClip.Portal.Features.Pruning;

/// <summary>Names of kinds, as API, log and metrics write them.</summary>
public static class PruneKinds
{
    /// <summary>All of them, in the order of pages.</summary>
    public static IReadOnlyList<PruneKind> All { get; } = Enum.GetValues<PruneKind>();

    public static string Name(PruneKind kind) =>
        kind switch
        {
            PruneKind.Caches => "caches",
            PruneKind.Leftovers => "leftovers",
            PruneKind.Copies => "copies",
            PruneKind.Within => "within",
            _ => "checkpoints",
        };
}
