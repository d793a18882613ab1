using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Runs;

/// <summary>Reads runs and what belongs to them. Each call has a context of its own.</summary>
/// <param name="contexts">The database.</param>
/// <param name="feed">What runs in hand report.</param>
/// <param name="folders">Where their files are.</param>
/// <param name="engine">Knows the names of data sets; without it runs are found by the published ones alone.</param>
public sealed class RunQueries(IDbContextFactory<PortalDbContext> contexts, RunFeed feed, PortalFolders folders, IEngineHost? engine = null)
{
    /// <summary>Most runs of one answer.</summary>
    public const int MostAtOnce = 10_000;

    public async Task<RunList> ListAsync(RunFilter filter, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await using var db = await contexts.CreateDbContextAsync(stop);
        var fitting = db.Runs.AsNoTracking().Fitting(filter, Names());
        var (skip, take) = (Math.Max(0, filter.Skip), Math.Clamp(filter.Take, 0, MostAtOnce));
        if (filter.Grouped)
        {
            return await GroupedAsync(fitting, filter, skip, take, stop);
        }
        var total = await fitting.CountAsync(stop);
        var rows = await fitting.Sorted(filter).Skip(skip).Take(take).ToListAsync(stop);
        return new RunList([.. rows.Select(View)], total);
    }

    /// <summary>Ids of the runs that fit, in their order; of none is more read than that.</summary>
    public async Task<IReadOnlyList<string>> IdsAsync(RunFilter filter, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.Runs.AsNoTracking().Fitting(filter, Names()).Sorted(filter).Select(r => r.Id).Take(MostAtOnce).ToListAsync(stop);
    }

    /// <summary>Data sets and base models that there are runs of, by their ids.</summary>
    public async Task<RunSources> SourcesAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return new(
            await db.Runs.Select(r => r.Dataset).Distinct().OrderBy(d => d).ToListAsync(stop),
            await db.Runs.Select(r => r.Model).Distinct().OrderBy(m => m).ToListAsync(stop)
        );
    }

    private List<(string Id, string Name)> Names() => [.. BoardNames.Named, .. (engine?.Datasets ?? []).Select(d => (d.Id, d.Name))];

    /// <summary>A page of entries: the database orders sweeps and single runs by their figures, and only the runs of the page are read.</summary>
    private async Task<RunList> GroupedAsync(IQueryable<RunEntity> fitting, RunFilter filter, int skip, int take, CancellationToken stop)
    {
        var total = await fitting.Select(r => r.SweepId ?? r.Id).Distinct().CountAsync(stop);
        var keys = await fitting.SortedEntries(filter).Skip(skip).Take(take).ToListAsync(stop);
        var rows = await fitting.Where(r => keys.Contains(r.SweepId ?? r.Id)).Sorted(filter).ToListAsync(stop);
        var of = rows.ToLookup(r => r.SweepId ?? r.Id);
        return new RunList([.. keys.SelectMany(k => of[k]).Select(View)], total) { Runs = await fitting.CountAsync(stop) };
    }

    /// <summary>The run; null if there is none of that id.</summary>
    public async Task<RunView?> GetAsync(string id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.Runs.AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, stop) is { } run ? View(run) : null;
    }

    /// <summary>The run's scores in the order of measuring, from after a position on: the first one returned has Sequence <paramref name="afterSequence"/> + 1.</summary>
    public async Task<IReadOnlyList<Score>> ScoresAsync(string id, long afterSequence = 0, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await ScoreReader.ReadAsync(db, id, int.MaxValue, afterSequence, stop);
    }

    /// <summary>The run's scores on one data set for a direction and K, of all stages, languages and protocols, in the order of measuring.</summary>
    /// <param name="id">The run.</param>
    /// <param name="testSet">Id of a further data set; null for the run's own.</param>
    /// <param name="direction">The direction of retrieval.</param>
    /// <param name="k">1, 5 or 10.</param>
    /// <param name="stop">Ends the reading.</param>
    public async Task<IReadOnlyList<Score>> ScoresOnAsync(
        string id,
        string? testSet,
        RetrievalDirection direction,
        int k,
        CancellationToken stop = default
    )
    {
        var set = testSet ?? "";
        await using var db = await contexts.CreateDbContextAsync(stop);
        var rows = await db
            .Scores.AsNoTracking()
            .Where(s => s.RunId == id && s.Dataset == set && s.Direction == direction && s.K == k)
            .OrderBy(s => s.Sequence)
            .ToListAsync(stop);
        return [.. rows.Select(s => s.ToScore())];
    }

    public async Task<IReadOnlyList<StageView>> StagesAsync(string id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.Stages.AsNoTracking().Where(s => s.RunId == id).OrderBy(s => s.Stage).Select(s => s.Figures).ToListAsync(stop);
    }

    /// <summary>The run's training steps; none where it was not trained here.</summary>
    public IReadOnlyList<StepSample> Steps(string id) => [.. StepFile.Read(folders.Steps(id))];

    public async Task<IReadOnlyList<LogMessage>> LogAsync(string id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var rows = await db.LogLines.AsNoTracking().Where(l => l.RunId == id).OrderBy(l => l.Sequence).ToListAsync(stop);
        return [.. rows.Select(l => l.ToMessage())];
    }

    /// <summary>Every state that the run entered, with time and reason.</summary>
    public async Task<IReadOnlyList<StateMessage>> HistoryAsync(string id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var rows = await db.StateChanges.AsNoTracking().Where(c => c.RunId == id).OrderBy(c => c.Sequence).ToListAsync(stop);
        return [.. rows.Select(c => c.ToMessage())];
    }

    /// <summary>The state that each run is in, with time and reason, in the order of the runs.</summary>
    public async Task<IReadOnlyList<StateMessage>> LastStatesAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var rows = await db
            .Runs.AsNoTracking()
            .OrderBy(r => r.Number)
            .Select(r => db.StateChanges.Where(c => c.RunId == r.Id).OrderByDescending(c => c.Sequence).FirstOrDefault())
            .ToListAsync(stop);
        return [.. rows.OfType<StateChangeEntity>().Select(c => c.ToMessage())];
    }

    /// <summary>Runs in hand and queued with their lanes: those in hand first, then the queue in its order.</summary>
    public async Task<IReadOnlyList<(string Lane, RunView Run)>> UnfinishedAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var rows = await db
            .Runs.AsNoTracking()
            .Where(r => r.State == RunState.Queued || r.State == RunState.Running || r.State == RunState.Stopping)
            .OrderBy(r => r.State == RunState.Queued)
            .ThenBy(r => r.QueuePosition)
            .ToListAsync(stop);
        return [.. rows.Select(r => (r.Lane, View(r)))];
    }

    /// <summary>Number of runs in each state; states without runs are left out.</summary>
    public async Task<IReadOnlyDictionary<RunState, int>> CountAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db
            .Runs.GroupBy(r => r.State)
            .Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, stop);
    }

    /// <summary>Runs that were finished, newest first, with their stages: what estimates are made from.</summary>
    public async Task<IReadOnlyList<(RunView Run, IReadOnlyList<StageView> Stages)>> FinishedAsync(
        int most,
        CancellationToken stop = default
    )
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var runs = await db
            .Runs.AsNoTracking()
            .Where(r => r.State == RunState.Completed && r.Origin == null) // an imported run says nothing of times here
            .OrderByDescending(r => r.Number)
            .Take(most)
            .ToListAsync(stop);
        var ids = runs.Select(r => r.Id).ToList();
        var stages = await db.Stages.AsNoTracking().Where(s => ids.Contains(s.RunId)).OrderBy(s => s.Stage).ToListAsync(stop);
        var of = stages.ToLookup(s => s.RunId, s => s.Figures);
        return [.. runs.Select(r => (View(r), (IReadOnlyList<StageView>)[.. of[r.Id]]))];
    }

    private RunView View(RunEntity run) => run.ToView(RunTransitions.IsActive(run.State) ? feed.Latest(run.Id)?.Progress : null);
}
