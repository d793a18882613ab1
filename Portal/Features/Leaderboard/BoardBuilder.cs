using CllClip.Shared.Languages;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Makes the leaderboard from entries: groups what may be compared, takes means, ranks and sorts.</summary>
public static class BoardBuilder
{
    private static readonly IReadOnlyDictionary<string, int> Order = LanguageCatalog
        .PaperOrder.Select((code, at) => (code, at))
        .ToDictionary(p => p.code, p => p.at, StringComparer.Ordinal);

    /// <summary>Protocol shown for a data set when none is chosen.</summary>
    public static string Headline(string dataset) => PublishedResults.Datasets.Contains(dataset) ? PublishedResults.Protocol : dataset;

    /// <summary>Answers a query.</summary>
    public static Board Build(BoardQuery query, IEnumerable<BoardEntry> entries)
    {
        var chosen = entries.Where(e => Wanted(query, e)).ToList();
        var groups =
            from entry in chosen
            from protocol in entry.Scores.Keys.Select(k => k.Protocol).Distinct()
            where protocol == (query.Protocol ?? Headline(entry.Dataset))
            where entry.Scores.ContainsKey(new ScoreKey(protocol, query.Direction, query.K))
            group entry by (entry.Dataset, protocol, Learned: string.Join(',', InOrder(entry.Languages))) into g
            orderby DatasetOrder(g.Key.Dataset), g.Key.Learned.Count(c => c == ',') descending, g.Key.Learned
            select Group(query, g.Key.Dataset, g.Key.protocol, g.Key.Learned.Split(','), [.. g]);
        return new Board(query, [.. groups.Where(g => g.Rows.Count > 0)]);
    }

    private static bool Wanted(BoardQuery query, BoardEntry entry) =>
        (query.Dataset is null || entry.Dataset == query.Dataset)
        && (query.Source is null || entry.Source == query.Source)
        && (query.Method is null || entry.Method == query.Method)
        && (query.Teir is null || (entry.Teir ?? false) == query.Teir)
        && (query.Text is null || Matches(entry, query.Text));

    private static bool Matches(BoardEntry entry, string text) =>
        $"{entry.Label}{(entry.Teir == true ? " + TEIR" : "")} {entry.Method} {entry.Model}".Contains(
            text,
            StringComparison.OrdinalIgnoreCase
        );

    private static BoardGroup Group(BoardQuery query, string dataset, string protocol, string[] learned, IReadOnlyList<BoardEntry> entries)
    {
        var columns = query.Languages.Count == 0 ? learned : [.. learned.Where(query.Languages.Contains)];
        var key = new ScoreKey(protocol, query.Direction, query.K);
        if (columns.Length == 0)
        {
            return new BoardGroup(dataset, protocol, learned, [], [], null);
        }
        var rows = entries
            .GroupBy(e => (e.Configuration, e.Finished, Unfinished: e.Finished ? null : e.Id))
            // The same seed once more is no further sample: the latest counts.
            .Select(g => Row(query, key, columns, learned, [.. g.Reverse().DistinctBy(e => (object?)e.Seed ?? e.Id).Reverse()]))
            .ToList();
        return new BoardGroup(
            dataset,
            protocol,
            learned,
            columns,
            Sorted(query, Ranked(Detailed(rows))),
            Note(query, columns, learned, entries)
        );
    }

    private static string? Note(BoardQuery query, string[] columns, string[] learned, IReadOnlyList<BoardEntry> entries)
    {
        var lacking = query.Languages.Except(columns).ToList();
        var parts = new List<string>();
        if (lacking.Count > 0)
        {
            parts.Add($"Not learned here: {string.Join(", ", lacking)}.");
        }
        if (columns.Length < learned.Length)
        {
            parts.Add($"Means over {columns.Length} of {learned.Length} languages; the models learned all {learned.Length}.");
        }
        if (query.Moment == BoardMoment.OwnTask)
        {
            parts.Add("Scores right after each language's own task; ranked by their mean, which says nothing about forgetting.");
        }
        else if (entries.Any(e => e.Scores.Values.Any(s => s.Reported is not null)))
        {
            parts.Add("Published continual runs: after the last task only means over all languages were released.");
        }
        return parts.Count == 0 ? null : string.Join(' ', parts);
    }

    private static BoardRow Row(BoardQuery query, ScoreKey key, string[] columns, string[] learned, IReadOnlyList<BoardEntry> entries)
    {
        var scores = entries.Select(e => e.Scores[key]).ToList();
        var whole = columns.Length == learned.Length;
        return new BoardRow
        {
            Entry = entries[^1],
            Ids = [.. entries.Select(e => e.Id)],
            Seeds = [.. entries.Where(e => e.Seed is not null).Select(e => e.Seed!.Value).Order()],
            Ar = Figure.Over([.. scores.Select((s, i) => BoardFigures.Ar(s, query.Moment, columns, whole, entries[i].Finished))]),
            F = Figure.Over([.. scores.Select(s => BoardFigures.F(s, columns, whole))]),
            FEnglish = Figure.Over([.. scores.Select(s => BoardFigures.FEnglish(s, learned))]),
            Cells = columns.ToDictionary(
                c => c,
                c => Figure.Over([.. scores.Select(s => BoardFigures.Cell(s, query.Moment, c))]),
                StringComparer.Ordinal
            ),
        };
    }

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
                        Detail = string.Join(", ", keys.Select(key => $"{key} {Short(row.Entry.Settings.GetValueOrDefault(key, "–"))}")),
                    }
                    : row
            ),
        ];
    }

    private static string Short(string value) => value.Length > 24 ? value[..24].TrimEnd() + "…" : value;

    private static List<BoardRow> Ranked(List<BoardRow> rows)
    {
        var finished = rows.Where(r => r.Entry.Finished && r.Ar.Mean is not null).Select(r => r.Ar.Mean!.Value).ToList();
        return
        [
            .. rows.Select(r => r.Entry.Finished && r.Ar.Mean is { } ar ? r with { Rank = 1 + finished.Count(other => other > ar) } : r),
        ];
    }

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
