using CllClip.Portal.Features.Pruning;

namespace CllClip.Portal.Storage;

/// <summary>The rule of what is pruned, as somebody set it; without a row the usual one is in force.</summary>
public sealed class PruneRuleEntity
{
    /// <summary>There is one row.</summary>
    public const int TheOne = 1;

    public int Id { get; set; } = TheOne;
    public required PruneRule Rule { get; set; }
    public DateTime ChangedAt { get; set; }

    /// <summary>Name of the token that it was set with.</summary>
    public required string ChangedBy { get; set; }
}

/// <summary>When something that tells no age of its own was first seen to be in nobody's use.</summary>
public sealed class PruneMarkEntity
{
    /// <summary>Path below the data root.</summary>
    public required string Name { get; set; }
    public DateTime Since { get; set; }
}

/// <summary>A pruning: what went, by whose doing.</summary>
public sealed class PruningEntity
{
    public long Id { get; set; }
    public DateTime At { get; set; }

    /// <summary>Who asked for it; empty where the rule was applied by itself.</summary>
    public required string By { get; set; }
    public int Count { get; set; }
    public long Bytes { get; set; }
    public int Failed { get; set; }

    /// <summary>What went and what could not; the largest where there were very many.</summary>
    public required IReadOnlyList<PrunedThing> Things { get; set; }
}
