using System.Globalization;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Methods;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Makes the leaderboard from entries: groups what may be compared, takes means, ranks and sorts.</summary>
public static class BoardBuilder
{
    private static readonly IReadOnlyDictionary<string, int> Order = LanguageCatalog
        .PaperOrder.Select((code, at) => (code, at))
        .ToDictionary(p => p.code, p => p.at, StringComparer.Ordinal);

    /// <summary>Protocol shown for a data set when none is chosen: its own, or else the paper's.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="protocols">Protocols of the scores on it.</param>
    public static string Headline(string dataset, IReadOnlyCollection<string> protocols) =>
        protocols.Contains(dataset) ? dataset
        : protocols.Contains(PublishedResults.Protocol) ? PublishedResults.Protocol
        : protocols.First();

    /// <summary>Answers a query.</summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="entries">What there is.</param>
    /// <param name="answers">Runs' answers to single queries; null where none are kept.</param>
    public static Board Build(BoardQuery query, IEnumerable<BoardEntry> entries, IKeptAnswers? answers = null)
    {
        var all = entries.ToList();
        var headline = all.SelectMany(e => e.Scores.Keys)
            .GroupBy(k => k.Dataset, k => k.Protocol)
            .ToDictionary(g => g.Key, g => Headline(g.Key, [.. g.Distinct()]), StringComparer.Ordinal);
        var groups =
            from entry in all.Where(e => Wanted(query, e))
            let learned = string.Join(',', InOrder(entry.Languages))
            from key in entry.Scores.Keys
            where key.Direction == query.Direction && key.K == query.K
            where query.Dataset is null || key.Dataset == query.Dataset
            where key.Protocol == (query.Protocol ?? headline[key.Dataset])
            group entry by (Key: key, Learned: learned, Own: entry.Variants.Any(v => v.Kind == VariantKind.Own)) into g
            orderby DatasetOrder(g.Key.Key.Dataset), g.Key.Learned.Count(c => c == ',') descending, g.Key.Learned, g.Key.Own
            select Group(query, g.Key.Key, g.Key.Learned.Split(','), [.. g.Select(e => On(e, g.Key.Key.Dataset))], answers) with
            {
                OwnVariants = g.Key.Own,
            };
        return new Board(query, [.. groups.Where(g => g.Rows.Count > 0)]);
    }

    private static bool Wanted(BoardQuery query, BoardEntry entry) =>
        (query.Source is null || entry.Source == query.Source)
        && (query.Method is null || entry.Method == query.Method)
        && (query.Teir is null || (entry.Teir ?? false) == query.Teir)
        && (query.Text is null || Matches(entry, query.Text));

    private static bool Matches(BoardEntry entry, string text) =>
        $"{entry.Label}{(entry.Teir == true ? " + TEIR" : "")} {entry.Method} {entry.Model}".Contains(
            text,
            StringComparison.OrdinalIgnoreCase
        );

    /// <summary>The entry among those on a data set: on another revision of it the same run would be another row.</summary>
    private static BoardEntry On(BoardEntry entry, string dataset) =>
        entry.TestSetRevisions.TryGetValue(dataset, out var revision)
            ? entry with
            {
                Configuration = $"{entry.Configuration}\n{revision}",
                Settings = new Dictionary<string, string>(entry.Settings) { ["test set's revision"] = revision },
            }
            : entry;

    private static BoardGroup Group(
        BoardQuery query,
        ScoreKey key,
        string[] learned,
        IReadOnlyList<BoardEntry> entries,
        IKeptAnswers? answers
    )
    {
        var lacking = entries.SelectMany(e => e.Scores[key].Lacking).ToHashSet(StringComparer.Ordinal);
        string[] tested = [.. learned.Where(l => !lacking.Contains(l))];
        var columns = query.Languages.Count == 0 ? tested : [.. tested.Where(query.Languages.Contains)];
        if (columns.Length == 0)
        {
            return new BoardGroup(key.Dataset, key.Protocol, learned, [], [], []) { Tested = tested.Length };
        }
        // What this portal measured says how large the test set is.
        var own = entries.Where(e => e.Source == BoardSource.Own && e.Finished).Select(e => e.Scores[key]).ToList();
        var rows = entries
            .GroupBy(e => (e.Configuration, e.Finished, Unfinished: e.Finished ? null : e.Id))
            // The same seed once more is no further sample: the latest counts.
            .Select(g =>
                Row(query, key, columns, tested, own, [.. g.Reverse().DistinctBy(e => (object?)e.Seed ?? e.Id).Reverse()], answers)
            )
            .ToList();
        return new BoardGroup(
            key.Dataset,
            key.Protocol,
            learned,
            columns,
            Sorted(query, BoardRanks.Of(Detailed(rows))),
            Notes(query, key, columns, learned, entries)
        )
        {
            Tested = tested.Length,
        };
    }

    private static List<LateText> Notes(
        BoardQuery query,
        ScoreKey key,
        string[] columns,
        string[] learned,
        IReadOnlyList<BoardEntry> entries
    )
    {
        var notes = new List<LateText>();
        void Without(string sentence, IEnumerable<string> codes)
        {
            if (string.Join(", ", codes) is { Length: > 0 } list)
            {
                notes.Add(new(sentence, list));
            }
        }
        Without(PageText.Key("Not learned here: {0}."), query.Languages.Except(learned));
        Without(PageText.Key("Not in this test set: {0}."), query.Languages.Intersect(learned).Except(columns));
        if (columns.Length < learned.Length)
        {
            var (over, of) = (columns.Length.ToString(CultureInfo.InvariantCulture), learned.Length.ToString(CultureInfo.InvariantCulture));
            notes.Add(new(PageText.Key("Means over {0} of {1} languages; the models learned all {1}."), over, of));
        }
        if (query.Moment == BoardMoment.OwnTask)
        {
            notes.Add(
                new(PageText.Key("Scores right after each language's own task; ranked by their mean, which says nothing about forgetting."))
            );
        }
        else if (entries.Any(e => e.Scores[key].Reported is not null))
        {
            notes.Add(new(PageText.Key("Published continual runs: after the last task only means over all languages were released.")));
        }
        return notes;
    }

    private static BoardRow Row(
        BoardQuery query,
        ScoreKey key,
        string[] columns,
        string[] tested,
        IReadOnlyList<EntryScores> own,
        IReadOnlyList<BoardEntry> entries,
        IKeptAnswers? answers
    )
    {
        var scores = entries.Select(e => e.Scores[key]).ToList();
        var whole = columns.Length == tested.Length;
        var cells = columns.ToDictionary(
            c => c,
            c =>
                RecallError.WithInterval(
                    Figure.Over([.. scores.Select(s => BoardFigures.Cell(s, query.Moment, c))]),
                    scores.Min(s => s.Queries.GetValueOrDefault(c))
                ),
            StringComparer.Ordinal
        );
        var ar = Figure.Over([.. scores.Select((s, i) => BoardFigures.Ar(s, query.Moment, columns, whole, entries[i].Finished))]);
        var error = RecallError.Of(query.Moment, key, ar, [.. columns.Select(c => cells[c])], columns, entries, answers);
        return new BoardRow
        {
            Entry = entries[^1],
            Ids = [.. entries.Select(e => e.Id)],
            Seeds = [.. entries.Where(e => e.Seed is not null).Select(e => e.Seed!.Value).Order()],
            Incomparable =
                Incomparable(key.Dataset, scores) ?? (entries[^1].Source == BoardSource.Imported ? OtherQueries(scores, own) : null),
            Ar = ar with { Interval = error?.Interval },
            Error = error,
            F = Figure.Over([.. scores.Select(s => BoardFigures.F(s, query.Metric, columns, whole))]),
            FEnglish = Figure.Over([.. scores.Select(s => BoardFigures.FEnglish(s, query.Metric, tested))]),
            Cells = cells,
        };
    }

    // In a smaller gallery everything is found more easily.
    private static LateText? Incomparable(string dataset, IReadOnlyList<EntryScores> scores) =>
        PublishedResults.ImagesOf(dataset) is { } whole && scores.FirstOrDefault(s => s.Images > 0 && s.Images != whole) is { } other
            ? new(
                PageText.Key("Not ranked: measured on {0} images, the published figures on {1}."),
                other.Images.ToString("N0", CultureInfo.InvariantCulture),
                whole.ToString("N0", CultureInfo.InvariantCulture)
            )
            : null;

    // The same name of data set and protocol elsewhere may stand for another part of the data.
    private static LateText? OtherQueries(IReadOnlyList<EntryScores> imported, IReadOnlyList<EntryScores> own) =>
        own.Count > 0 && imported.FirstOrDefault(s => own.All(o => Most(o) != Most(s))) is { } other
            ? new(
                PageText.Key("Not ranked: measured with at most {0} queries a language, this portal's runs with {1}."),
                Most(other).ToString("N0", CultureInfo.InvariantCulture),
                own.Max(Most).ToString("N0", CultureInfo.InvariantCulture)
            )
            : null;

    private static int Most(EntryScores scores) => scores.Queries.Values.DefaultIfEmpty().Max();

    // Rows of one name: what they were made with, where that differs.
    private static List<BoardRow> Detailed(IReadOnlyList<BoardRow> rows)
    {
        var differing = rows.Where(r => r.Entry.Settings.Count > 0)
            .GroupBy(r => r.Name)
            .Where(g => g.Count() > 1)
            .ToDictionary(
                g => g.Key,
                g =>
                    g.SelectMany(r => r.Entry.Settings.Keys)
                        .Distinct()
                        .Where(key => g.Select(r => r.Entry.Settings.GetValueOrDefault(key)).Distinct().Count() > 1)
                        .Order(StringComparer.Ordinal)
                        .ToList()
            );
        return
        [
            .. rows.Select(row =>
                differing.TryGetValue(row.Name, out var keys) && keys.Count > 0
                    ? row with
                    {
                        Details = [.. keys.Select(key => (key, Short(row.Entry.Settings.GetValueOrDefault(key, "–"))))],
                    }
                    : row
            ),
        ];
    }

    private static string Short(string value) => value.Length > 24 ? value[..24].TrimEnd() + "…" : value;

    private static IReadOnlyList<BoardRow> Sorted(BoardQuery query, IReadOnlyList<BoardRow> rows)
    {
        // Rows without the figure stay last in either direction.
        if (query.Sort == "name")
        {
            var byName = rows.OrderBy(r => r.Name, StringComparer.OrdinalIgnoreCase);
            return query.Descending ? [.. byName.Reverse()] : [.. byName];
        }
        Func<BoardRow, double?> value = query.Sort switch
        {
            "rank" => r => r.Rank,
            "average" => r => -r.Ar.Mean,
            "forgetting" => r => r.F.Mean,
            "forgetting-en" => r => r.FEnglish.Mean,
            var language => r => -(r.Cells.GetValueOrDefault(language).Mean),
        };
        var ordered = rows.OrderBy(r => value(r) is null)
            .ThenBy(r => query.Descending ? -value(r) : value(r))
            .ThenBy(r => -r.Ar.Mean ?? 0)
            .ThenBy(r => r.Name, StringComparer.Ordinal);
        return [.. ordered];
    }

    private static IEnumerable<string> InOrder(IEnumerable<string> codes) =>
        codes.OrderBy(c => Order.GetValueOrDefault(c, int.MaxValue)).ThenBy(c => c, StringComparer.Ordinal);

    private static int DatasetOrder(string dataset) =>
        PublishedResults.Datasets.Contains(dataset) ? 1 + PublishedResults.Datasets.ToList().IndexOf(dataset) : 0;
}
