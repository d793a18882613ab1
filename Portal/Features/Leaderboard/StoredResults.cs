using System.Collections.Concurrent;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>
/// Reads the results of runs from the database. The figures of a run that rests (completed, stopped, failed) never change, so they are worked out once and
/// kept in memory; those of other runs are worked out anew each time.
/// </summary>
public sealed class StoredResults(IDbContextFactory<PortalDbContext> contexts, PortalFolders folders) : IOwnResults, IDisposable
{
    private readonly ConcurrentDictionary<string, Kept> _kept = new();
    private readonly SemaphoreSlim _reading = new(1, 1); // whoever asks while many are worked out waits for that, instead of doing the same again

    /// <summary>Figures of a run as long as it rests; null: it has none.</summary>
    private sealed record Kept(RunState State, DateTime? EndedAt, BoardEntry? Entry);

    public async Task<IReadOnlyList<BoardEntry>> ReadAsync(CancellationToken stop = default)
    {
        await _reading.WaitAsync(stop);
        try
        {
            await using var db = await contexts.CreateDbContextAsync(stop);
            // The rows whole only where figures must be worked out: with thousands of runs, reading their options alone takes longer than the answer may.
            var runs = await db
                .Runs.OrderBy(r => r.Number)
                .Select(r => new
                {
                    r.Id,
                    r.State,
                    r.EndedAt,
                })
                .ToListAsync(stop);
            var entries = new List<BoardEntry>(runs.Count);
            foreach (var run in runs)
            {
                var entry =
                    _kept.TryGetValue(run.Id, out var kept) && kept.State == run.State && kept.EndedAt == run.EndedAt
                        ? kept.Entry
                        : await EntryAsync(db, run.Id, stop);
                if (entry is not null)
                {
                    entries.Add(entry);
                }
            }
            foreach (var gone in _kept.Keys.Except(runs.Select(r => r.Id)).ToList())
            {
                _kept.TryRemove(gone, out _);
            }
            return entries;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private async Task<BoardEntry?> EntryAsync(PortalDbContext db, string id, CancellationToken stop)
    {
        if (await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, stop) is not { } run)
        {
            return null; // deleted meanwhile
        }
        var completed = run.State == RunState.Completed;
        // A task counts when it is stored as finished: its scores are complete then.
        var tasks = await db.Stages.AsNoTracking().Where(s => s.RunId == run.Id).Select(s => s.Figures).ToListAsync(stop);
        var stages = tasks.Select(t => t.Stage).DefaultIfEmpty().Max();
        var scores = await db.Scores.AsNoTracking().Where(s => s.RunId == run.Id && (completed || s.Stage <= stages)).ToListAsync(stop);
        var view = run.ToView();
        var entry =
            scores.Count == 0
                ? null
                : OwnEntries.Of(view, StageScores.Build(scores.Select(s => s.ToScore()), int.MaxValue, run.Dataset), stages) with
                {
                    Cost = RunCost.Of(tasks, view.Provenance),
                    Chain = run.ChainFolder ?? folders.Chain(run.Id),
                };
        if (run.State is RunState.Completed or RunState.Stopped or RunState.Failed)
        {
            _kept[run.Id] = new Kept(run.State, run.EndedAt, entry);
        }
        return entry;
    }
}
