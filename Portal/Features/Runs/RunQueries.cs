using System.Linq.Expressions;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Runs;

/// <summary>Reads runs and what belongs to them. Each call has a context of its own.</summary>
public sealed class RunQueries(IDbContextFactory<PortalDbContext> contexts, RunFeed feed, PortalFolders folders)
{
    private const int MostAtOnce = 10_000;
    private const int ShortestName = 3; // letters by which a language is found

    public async Task<RunList> ListAsync(RunFilter filter, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await using var db = await contexts.CreateDbContextAsync(stop);
        var fitting = Fitting(db.Runs.AsNoTracking(), filter);
        var total = await fitting.CountAsync(stop);
        var rows = await Sorted(fitting, filter)
            .Skip(Math.Max(0, filter.Skip))
            .Take(Math.Clamp(filter.Take, 0, MostAtOnce))
            .ToListAsync(stop);
        return new RunList([.. rows.Select(View)], total);
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
        var rows = await db
            .Scores.AsNoTracking()
            .Where(s => s.RunId == id && s.Sequence > afterSequence)
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
            .Where(r => r.State == RunState.Completed)
            .OrderByDescending(r => r.Number)
            .Take(most)
            .ToListAsync(stop);
        var ids = runs.Select(r => r.Id).ToList();
        var stages = await db.Stages.AsNoTracking().Where(s => ids.Contains(s.RunId)).OrderBy(s => s.Stage).ToListAsync(stop);
        var of = stages.ToLookup(s => s.RunId, s => s.Figures);
        return [.. runs.Select(r => (View(r), (IReadOnlyList<StageView>)[.. of[r.Id]]))];
    }

    private RunView View(RunEntity run) => run.ToView(RunTransitions.IsActive(run.State) ? feed.Latest(run.Id)?.Progress : null);

    private static IQueryable<RunEntity> Fitting(IQueryable<RunEntity> runs, RunFilter filter)
    {
        if (filter.State is { } state)
        {
            runs = runs.Where(r => r.State == state);
        }
        if (filter.Method is { Length: > 0 } method)
        {
            runs = runs.Where(r => r.Method == method);
        }
        foreach (var word in (filter.Search ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var pattern =
                $"%{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
            var languages = LanguagesCalled(word).Select(l => $"%\"{l}\"%").ToList(); // as they stand in the stored list
            runs = runs.Where(r =>
                EF.Functions.Like(r.Name, pattern, "\\")
                || EF.Functions.Like(r.Id, pattern, "\\")
                || EF.Functions.Like(r.Method, pattern, "\\")
                || EF.Functions.Like((string)(object)r.Tags, pattern, "\\")
                || languages.Any(l => EF.Functions.Like((string)(object)r.Languages, l))
            );
        }
        return runs;
    }

    /// <summary>Codes of the languages that a word means: a code, or the beginning of a word of their English or own name.</summary>
    private static IEnumerable<string> LanguagesCalled(string word) =>
        LanguageCatalog
            .All.Where(l =>
                l.Code.Equals(word, StringComparison.OrdinalIgnoreCase) || $"{l.Name} {l.NativeName}".Split(' ').Any(n => Means(word, n))
            )
            .Select(l => l.Code);

    // One or two letters begin too many names.
    private static bool Means(string word, string name) =>
        name.StartsWith(word, StringComparison.OrdinalIgnoreCase) && (word.Length >= ShortestName || word.Length == name.Length);

    private static IQueryable<RunEntity> Sorted(IQueryable<RunEntity> runs, RunFilter filter)
    {
        IOrderedQueryable<RunEntity> By<T>(Expression<Func<RunEntity, T>> key) =>
            filter.Descending ? runs.OrderByDescending(key) : runs.OrderBy(key);
        var sorted = filter.Sort switch
        {
            "started" => By(r => r.StartedAt),
            "name" => By(r => r.Name),
            "method" => By(r => r.Method),
            "state" => By(r => r.State),
            "ar" => By(r => r.Summary.ArT2i),
            "f" => By(r => r.Summary.ForgettingT2i),
            "duration" => By(r => r.DurationSeconds),
            _ => By(r => r.Number),
        };
        return sorted.ThenByDescending(r => r.Number);
    }
}
