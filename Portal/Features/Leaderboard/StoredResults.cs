using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>
/// Reads the results of runs from the database. The figures of a run change with its state and with every task done; until then they are kept in memory.
/// </summary>
public sealed class StoredResults(IDbContextFactory<PortalDbContext> contexts, PortalFolders folders) : IOwnResults, IDisposable
{
    private readonly Dictionary<string, Kept> _kept = [];
    private readonly Dictionary<bool, OwnResults> _last = [];
    private readonly SemaphoreSlim _reading = new(1, 1); // whoever asks while many are worked out waits for that, instead of doing the same again

    /// <summary>Figures of a run as long as it is in this state, with so many tasks done; null: it has none.</summary>
    private sealed record Kept(RunState State, DateTime? EndedAt, int Tasks, BoardEntry? Entry);

    public async Task<OwnResults> ReadAsync(bool stopped, CancellationToken stop = default)
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
            var active = await db
                .Stages.Where(s => db.Runs.Any(r => r.Id == s.RunId && !Resting.Contains(r.State)))
                .GroupBy(s => s.RunId)
                .Select(g => new { RunId = g.Key, Tasks = g.Count() })
                .ToDictionaryAsync(g => g.RunId, g => g.Tasks, stop);
            var entries = new List<BoardEntry>();
            foreach (var run in runs.Where(r => stopped || !IsStopped(r.State)))
            {
                var tasks = active.GetValueOrDefault(run.Id);
                if (!_kept.TryGetValue(run.Id, out var kept) || (kept.State, kept.EndedAt, kept.Tasks) != (run.State, run.EndedAt, tasks))
                {
                    kept = _kept[run.Id] = new Kept(run.State, run.EndedAt, tasks, await EntryAsync(db, run.Id, stop));
                }
                if (kept.Entry is not null)
                {
                    entries.Add(kept.Entry);
                }
            }
            foreach (var gone in _kept.Keys.Except(runs.Select(r => r.Id)).ToList())
            {
                _kept.Remove(gone);
            }
            var leftOut = stopped
                ? 0
                : await db.Runs.CountAsync(r => Stopped.Contains(r.State) && db.Stages.Any(s => s.RunId == r.Id), stop);
            if (
                !_last.TryGetValue(stopped, out var last)
                || last.LeftOut != leftOut
                || !last.Entries.SequenceEqual(entries, ReferenceEqualityComparer.Instance)
            )
            {
                last = _last[stopped] = new OwnResults(entries, leftOut);
            }
            return last;
        }
        finally
        {
            _reading.Release();
        }
    }

    private static readonly RunState[] Stopped = [RunState.Stopped, RunState.Failed];
    private static readonly RunState[] Resting = [RunState.Completed, .. Stopped];

    private static bool IsStopped(RunState state) => Array.IndexOf(Stopped, state) >= 0;

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
        var scores = await ScoreReader.ReadAsync(db, run.Id, completed ? int.MaxValue : stages, stop: stop);
        var view = run.ToView();
        return scores.Count == 0
            ? null
            : OwnEntries.Of(view, StageScores.Build(scores, int.MaxValue, run.Dataset), stages) with
            {
                Cost = RunCost.Of(tasks, view.Provenance),
                Chain = run.ChainFolder ?? folders.Chain(run.Id),
            };
    }
}
