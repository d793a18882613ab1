using System.Collections.Concurrent;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>
/// Reads the results of runs from the database. The figures of a completed run never change, so they are worked out once and kept in memory;
/// those of other runs are worked out anew each time.
/// </summary>
public sealed class StoredResults(IDbContextFactory<PortalDbContext> contexts, PortalFolders folders) : IOwnResults
{
    private readonly ConcurrentDictionary<string, (DateTime? EndedAt, BoardEntry Entry)> _completed = new();

    public async Task<IReadOnlyList<BoardEntry>> ReadAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var runs = await db.Runs.AsNoTracking().OrderBy(r => r.Number).ToListAsync(stop);
        var entries = new List<BoardEntry>(runs.Count);
        foreach (var run in runs)
        {
            if (_completed.TryGetValue(run.Id, out var kept) && run.State == RunState.Completed && kept.EndedAt == run.EndedAt)
            {
                entries.Add(kept.Entry);
            }
            else if (await EntryAsync(db, run, stop) is { } entry)
            {
                entries.Add(entry);
            }
        }
        foreach (var gone in _completed.Keys.Except(runs.Select(r => r.Id)).ToList())
        {
            _completed.TryRemove(gone, out _);
        }
        return entries;
    }

    private async Task<BoardEntry?> EntryAsync(PortalDbContext db, RunEntity run, CancellationToken stop)
    {
        var completed = run.State == RunState.Completed;
        // A task counts when it is stored as finished: its scores are complete then.
        var tasks = await db.Stages.AsNoTracking().Where(s => s.RunId == run.Id).Select(s => s.Figures).ToListAsync(stop);
        var stages = tasks.Select(t => t.Stage).DefaultIfEmpty().Max();
        var scores = await db.Scores.AsNoTracking().Where(s => s.RunId == run.Id && (completed || s.Stage <= stages)).ToListAsync(stop);
        if (scores.Count == 0)
        {
            return null;
        }
        var view = run.ToView();
        var entry = OwnEntries.Of(view, StageScores.Build(scores.Select(s => s.ToScore()), int.MaxValue, run.Dataset), stages) with
        {
            Cost = RunCost.Of(tasks, view.Provenance),
            Chain = run.ChainFolder ?? folders.Chain(run.Id),
        };
        if (completed)
        {
            _completed[run.Id] = (run.EndedAt, entry);
        }
        return entry;
    }
}
