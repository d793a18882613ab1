using CllClip.Portal.Access;
using CllClip.Portal.Jobs;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Pruning;

/// <summary>What takes room, and the rule of what is pruned, as the person at the page may use them.</summary>
public interface IStorageDesk
{
    /// <summary>Whether the person may set the rule.</summary>
    bool MaySet { get; }

    /// <summary>Whether the person may prune.</summary>
    bool MayPrune { get; }

    /// <summary>Free bytes on the disk of the data root; null where the system does not say.</summary>
    long? Free { get; }

    /// <summary>The last measurement, and how far the one under way is.</summary>
    (StorageMeasure? Last, double Fraction) Sizes { get; }

    /// <summary>Measures in the background.</summary>
    Task<StorageMeasure> MeasureAsync(bool anew = false);

    Task<PruneRuleView> RuleAsync();

    /// <summary>What a rule would do, set or not.</summary>
    Task<PrunePreview> PreviewAsync(PruneRule rule);

    /// <summary>The last prunings, the newest first.</summary>
    Task<IReadOnlyList<PruningView>> PruningsAsync();

    /// <summary>Sets the rule; null, or why not.</summary>
    Task<string?> SetAsync(PruneRule rule);

    /// <summary>Applies the rule in force now; what was done, or why not.</summary>
    Task<(PruningView? Done, string? Refused)> PruneAsync();
}

/// <summary>The desk over the portal's own data root.</summary>
internal sealed class StorageDesk(
    Pruner pruner,
    PruneStore store,
    StorageSizes sizes,
    DiskRoom room,
    Door door,
    IAccess access,
    PageText text
) : IStorageDesk
{
    private const int Shown = 20;

    public bool MaySet => door.May(Acts.SetPruneRule);

    public bool MayPrune => door.May(Acts.Prune);

    public long? Free => room.Look();

    public (StorageMeasure? Last, double Fraction) Sizes => (sizes.Last, sizes.Fraction);

    public Task<StorageMeasure> MeasureAsync(bool anew = false) => sizes.MeasureAsync(anew);

    public Task<PruneRuleView> RuleAsync() => store.RuleAsync();

    public Task<PrunePreview> PreviewAsync(PruneRule rule) => pruner.PreviewAsync(rule);

    public Task<IReadOnlyList<PruningView>> PruningsAsync() => store.PruningsAsync(Shown);

    public Task<string?> SetAsync(PruneRule rule) =>
        door.DoAsync(
            Acts.SetPruneRule,
            [],
            async () =>
            {
                if (rule.Check().Count > 0)
                {
                    return text["Days are whole numbers from 1 to {0}, copies from 1 to {1}.", PruneRule.MostDays, PruneRule.MostKept];
                }
                await store.SetAsync(rule, access.Caller.Name);
                return null;
            },
            words => words,
            refusal => refusal is null ? AuditOutcome.Done : AuditOutcome.Invalid
        );

    public Task<(PruningView? Done, string? Refused)> PruneAsync() =>
        door.DoAsync<(PruningView? Done, string? Refused)>(
            Acts.Prune,
            [],
            async () =>
                await pruner.PruneAsync(access.Caller.Name) is { } done ? (done, null) : (null, text["A pruning is under way already."]),
            words => (null, words),
            result => result.Done is null ? AuditOutcome.Conflict : AuditOutcome.Done
        );
}
