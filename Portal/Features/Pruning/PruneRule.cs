using System.Text.Json.Serialization;

namespace CllClip.Portal.Features.Pruning;

/// <summary>What can be pruned; each kind has a part of the rule.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PruneKind>))]
public enum PruneKind
{
    /// <summary>Embeddings of data sets, revisions or base models that are registered no more. They are computed again if they are.</summary>
    [JsonStringEnumMemberName("caches")]
    Caches,

    /// <summary>What was put aside or found damaged, and what killed processes left half-written.</summary>
    [JsonStringEnumMemberName("leftovers")]
    Leftovers,

    /// <summary>Copies of the database from before it was brought up to date.</summary>
    [JsonStringEnumMemberName("copies")]
    Copies,

    /// <summary>Checkpoints within a stage of runs that are finished, which nothing reads any more.</summary>
    [JsonStringEnumMemberName("within")]
    Within,

    /// <summary>All checkpoints of runs that are finished. Only training again brings them back.</summary>
    [JsonStringEnumMemberName("checkpoints")]
    Checkpoints,
}

/// <summary>The part of the rule for one kind.</summary>
/// <param name="On">Whether such things are pruned.</param>
/// <param name="Days">Age in days from which they are.</param>
public sealed record PrunePart(bool On, int Days);

/// <summary>What is pruned, and at which age. Checkpoints of finished runs are not, unless somebody says so.</summary>
public sealed record PruneRule
{
    public const int MostDays = 3650;
    public const int MostKept = 100;

    /// <summary>The rule that is in force until somebody sets one.</summary>
    public static PruneRule Usual { get; } = new();

    /// <summary>Embeddings that no data set and base model need any more; days since the portal first saw that.</summary>
    public PrunePart Caches { get; init; } = new(true, 7);

    /// <summary>What is put aside, damaged or half-written; days since the portal first saw it.</summary>
    public PrunePart Leftovers { get; init; } = new(true, 30);

    /// <summary>Copies of the database; days since they were made.</summary>
    public PrunePart Copies { get; init; } = new(true, 7);

    /// <summary>Newest copies of the database that stay whatever their age.</summary>
    public int KeepCopies { get; init; } = 3;

    /// <summary>Checkpoints within a stage of finished runs; days since the run ended.</summary>
    public PrunePart Within { get; init; } = new(true, 7);

    /// <summary>Checkpoints of finished runs; days since the run ended.</summary>
    public PrunePart Checkpoints { get; init; } = new(false, 90);

    /// <summary>The part for a kind.</summary>
    public PrunePart Of(PruneKind kind) =>
        kind switch
        {
            PruneKind.Caches => Caches,
            PruneKind.Leftovers => Leftovers,
            PruneKind.Copies => Copies,
            PruneKind.Within => Within,
            _ => Checkpoints,
        };

    /// <summary>The rule with another part for a kind.</summary>
    public PruneRule With(PruneKind kind, PrunePart part) =>
        kind switch
        {
            PruneKind.Caches => this with { Caches = part },
            PruneKind.Leftovers => this with { Leftovers = part },
            PruneKind.Copies => this with { Copies = part },
            PruneKind.Within => this with { Within = part },
            _ => this with { Checkpoints = part },
        };

    /// <summary>What is wrong with it, by field as the API names them; empty if nothing.</summary>
    public IReadOnlyDictionary<string, string[]> Check()
    {
        var wrong = new Dictionary<string, string[]>();
        foreach (var kind in Enum.GetValues<PruneKind>())
        {
            if (Of(kind).Days is < 1 or > MostDays)
            {
                wrong[$"{PruneKinds.Name(kind)}.days"] = [$"Must be a whole number from 1 to {MostDays}."];
            }
        }
        if (KeepCopies is < 1 or > MostKept)
        {
            wrong["keepCopies"] = [$"Must be a whole number from 1 to {MostKept}."];
        }
        return wrong;
    }
}
