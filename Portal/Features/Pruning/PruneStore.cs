using CllClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Pruning;

/// <summary>The rule, when things were first seen, and what was pruned, in the portal's database.</summary>
public sealed class PruneStore(IDbContextFactory<PortalDbContext> contexts, TimeProvider time)
{
    private const int MostPrunings = 200;
    private const int MostThings = 500;

    /// <summary>The rule in force.</summary>
    public async Task<PruneRuleView> RuleAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var row = await db.PruneRules.AsNoTracking().FirstOrDefaultAsync(stop);
        return row is null
            ? new PruneRuleView { Rule = PruneRule.Usual }
            : new PruneRuleView
            {
                Rule = row.Rule,
                ChangedAt = row.ChangedAt,
                ChangedBy = row.ChangedBy,
            };
    }

    /// <summary>Sets the rule, which has been checked.</summary>
    public async Task SetAsync(PruneRule rule, string by, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var row = await db.PruneRules.FirstOrDefaultAsync(stop);
        if (row is null)
        {
            db.PruneRules.Add(row = new PruneRuleEntity { Rule = rule, ChangedBy = by });
        }
        (row.Rule, row.ChangedBy, row.ChangedAt) = (rule, by, time.GetUtcNow().UtcDateTime);
        await db.SaveChangesAsync(stop);
    }

    /// <summary>The last prunings, the newest first.</summary>
    public async Task<IReadOnlyList<PruningView>> PruningsAsync(int take, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return [.. (await db.Prunings.AsNoTracking().OrderByDescending(p => p.Id).Take(take).ToListAsync(stop)).Select(PruningView.Of)];
    }

    internal async Task<IReadOnlyDictionary<string, StoredRun>> RunsAsync(CancellationToken stop)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db
            .Runs.AsNoTracking()
            .Select(r => new StoredRun(r.Id, r.Name, r.State, r.Shipped, r.ChainFolder, r.Tags, r.EndedAt, r.CreatedAt))
            .ToDictionaryAsync(r => r.Id, StringComparer.Ordinal, stop);
    }

    /// <summary>When things were first seen.</summary>
    internal async Task<Dictionary<string, DateTime>> MarksAsync(CancellationToken stop)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.PruneMarks.AsNoTracking().ToDictionaryAsync(m => m.Name, m => m.Since, StringComparer.Ordinal, stop);
    }

    /// <summary>Notes what is seen for the first time, and forgets what is seen no more.</summary>
    internal async Task MarkAsync(IReadOnlySet<string> seen, CancellationToken stop)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var known = await db.PruneMarks.ToDictionaryAsync(m => m.Name, StringComparer.Ordinal, stop);
        db.PruneMarks.RemoveRange(known.Values.Where(m => !seen.Contains(m.Name)));
        db.PruneMarks.AddRange(
            seen.Where(n => !known.ContainsKey(n)).Select(n => new PruneMarkEntity { Name = n, Since = time.GetUtcNow().UtcDateTime })
        );
        await db.SaveChangesAsync(stop);
    }

    /// <summary>Keeps what was pruned; of many prunings the newest.</summary>
    internal async Task<PruningView> AddAsync(string by, IReadOnlyList<PrunedThing> things, CancellationToken stop)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var gone = things.Where(t => t.Error is null).ToList();
        var row = new PruningEntity
        {
            At = time.GetUtcNow().UtcDateTime,
            By = by,
            Count = gone.Count,
            Bytes = gone.Sum(t => t.Bytes),
            Failed = things.Count - gone.Count,
            Things = [.. things.OrderBy(t => t.Error is null).ThenByDescending(t => t.Bytes).Take(MostThings)],
        };
        if (things.Count > 0)
        {
            db.Prunings.Add(row);
            await db.SaveChangesAsync(stop);
            await db.Prunings.Where(p => p.Id <= row.Id - MostPrunings).ExecuteDeleteAsync(stop);
        }
        return PruningView.Of(row);
    }

    /// <summary>Notes when a run's checkpoints were pruned.</summary>
    internal void NotePruned(string runId)
    {
        using var db = contexts.CreateDbContext();
        var now = time.GetUtcNow().UtcDateTime;
        db.Runs.Where(r => r.Id == runId).ExecuteUpdate(set => set.SetProperty(r => r.CheckpointsPrunedAt, now));
    }
}
