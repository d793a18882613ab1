using System.Linq.Expressions;
using CllClip.Portal.Storage;
using CllClip.Shared.Languages;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Features.Runs;

/// <summary>A <see cref="RunFilter"/> as SQL: which rows fit, and in what order.</summary>
internal static class RunFiltering
{
    private const int ShortestName = 3; // letters by which a language is found

    /// <summary>The runs that fit; their order and page are not looked at.</summary>
    /// <param name="runs">The runs there are.</param>
    /// <param name="filter">What is asked for.</param>
    /// <param name="datasets">Names of data sets, by which they are found as by their ids.</param>
    public static IQueryable<RunEntity> Fitting(
        this IQueryable<RunEntity> runs,
        RunFilter filter,
        IReadOnlyList<(string Id, string Name)> datasets
    )
    {
        if (filter.State is { } state)
        {
            runs = runs.Where(r => r.State == state);
        }
        if (filter.Method is { Length: > 0 } method)
        {
            runs = runs.Where(r => r.Method == method);
        }
        if (filter.Dataset is { Length: > 0 } dataset)
        {
            runs = runs.Where(r => r.Dataset == dataset);
        }
        if (filter.Model is { Length: > 0 } model)
        {
            runs = runs.Where(r => r.Model == model);
        }
        if (filter.Teir is { } teir)
        {
            runs = runs.Where(r => r.Teir == teir);
        }
        if (filter.Sweep is { Length: > 0 } sweep)
        {
            runs = runs.Where(r => r.SweepId == sweep);
        }
        runs = Tagged(runs, filter);
        foreach (var word in (filter.Search ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            runs = Saying(runs, word, datasets);
        }
        return runs;
    }

    /// <summary>The runs in the order asked for; the newest first where that says nothing.</summary>
    public static IQueryable<RunEntity> Sorted(this IQueryable<RunEntity> runs, RunFilter filter)
    {
        IOrderedQueryable<RunEntity> By<T>(Expression<Func<RunEntity, T>> key) =>
            filter.Descending ? runs.OrderByDescending(key) : runs.OrderBy(key);
        var sorted = filter.Sort switch
        {
            "started" => By(r => r.StartedAt),
            "name" => By(r => r.Name),
            "method" => By(r => r.Method),
            "dataset" => By(r => r.Dataset),
            "state" => By(r => r.State),
            "ar" => By(r => r.Summary.ArT2i),
            "f" => By(r => r.Summary.ForgettingT2i),
            "duration" => By(r => r.DurationSeconds),
            _ => By(r => r.Number),
        };
        return sorted.ThenByDescending(r => r.Number);
    }

    /// <summary>
    /// The entries in the order asked for, each by the id of its sweep or, of a single run, its own. A sweep stands where its mean (recall, forgetting), its
    /// sum (duration), its last run (created, started) or its first (text) would.
    /// </summary>
    public static IQueryable<string> SortedEntries(this IQueryable<RunEntity> runs, RunFilter filter)
    {
        var entries = runs.GroupBy(r => r.SweepId ?? r.Id);
        IOrderedQueryable<IGrouping<string, RunEntity>> By<T>(Expression<Func<IGrouping<string, RunEntity>, T>> key) =>
            filter.Descending ? entries.OrderByDescending(key) : entries.OrderBy(key);
        var sorted = filter.Sort switch
        {
            "started" => By(g => g.Max(r => r.StartedAt)),
            "name" => By(g => g.Min(r => r.SweepName ?? r.Name)),
            "method" => By(g => g.Min(r => r.Method)),
            "dataset" => By(g => g.Min(r => r.Dataset)),
            "state" => By(g => g.Min(r => (string)(object)r.State)),
            "ar" => By(g => g.Average(r => r.Summary.ArT2i)),
            "f" => By(g => g.Average(r => r.Summary.ForgettingT2i)),
            "duration" => By(g => g.Sum(r => r.DurationSeconds)),
            _ => By(g => g.Max(r => r.Number)),
        };
        return sorted.ThenByDescending(g => g.Max(r => r.Number)).Select(g => g.Key);
    }

    private static IQueryable<RunEntity> Tagged(IQueryable<RunEntity> runs, RunFilter filter)
    {
        var stored = filter.Tags.Select(t => Conversions.Write(t)).ToList(); // with its quotes, as it stands in the stored list
        if (filter.AnyTag && stored.Count > 0)
        {
            return runs.Where(r => stored.Any(t => ((string)(object)r.Tags).Contains(t)));
        }
        return stored.Aggregate(runs, (fitting, tag) => fitting.Where(r => ((string)(object)r.Tags).Contains(tag)));
    }

    private static IQueryable<RunEntity> Saying(IQueryable<RunEntity> runs, string word, IReadOnlyList<(string Id, string Name)> datasets)
    {
        var pattern =
            $"%{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";
        var languages = LanguagesCalled(word).Select(l => $"%\"{l}\"%").ToList(); // as they stand in the stored list
        var called = datasets.Where(d => d.Name.Contains(word, StringComparison.OrdinalIgnoreCase)).Select(d => d.Id).Distinct().ToList();
        return runs.Where(r =>
            EF.Functions.Like(r.Name, pattern, "\\")
            || EF.Functions.Like(r.Id, pattern, "\\")
            || EF.Functions.Like(r.Method, pattern, "\\")
            || EF.Functions.Like(r.Dataset, pattern, "\\")
            || EF.Functions.Like((string)(object)r.TestSets, pattern, "\\")
            || called.Contains(r.Dataset)
            || EF.Functions.Like(r.Model, pattern, "\\")
            || EF.Functions.Like(r.Error, pattern, "\\")
            || EF.Functions.Like((string)(object)r.Tags, pattern, "\\")
            || EF.Functions.Like(r.Notes, pattern, "\\")
            || EF.Functions.Like(r.SweepName, pattern, "\\")
            || languages.Any(l => EF.Functions.Like((string)(object)r.Languages, l))
        );
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
}
