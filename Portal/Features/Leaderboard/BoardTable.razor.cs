using System.Globalization;
using CllClip.Engine.Evaluation.Statistics;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>One ranking as a table. Every choice in it is a link, so that it can be shared and works before the circuit does.</summary>
public sealed partial class BoardTable
{
    private static readonly MarkupString _place = new("#");
    private static readonly MarkupString _ar = new("AR<sub>T</sub> ↑");
    private static readonly MarkupString _f = new("F<sub>T</sub> ↓");
    private static readonly MarkupString _fen = new("<span translate=\"no\">F<sub>en</sub> ↓</span>");
    private double _top;
    private decimal? _bestAr;
    private decimal? _bestF;
    private decimal? _bestEnglish;

    /// <summary>The ranking.</summary>
    [Parameter, EditorRequired]
    public BoardGroup Group { get; set; } = null!;

    /// <summary>What was asked for: sort links are made from it.</summary>
    [Parameter, EditorRequired]
    public BoardQuery Query { get; set; } = null!;

    /// <summary>Id of the heading.</summary>
    [Parameter, EditorRequired]
    public string Anchor { get; set; } = "";

    private bool Published => Group.Rows.All(r => r.Entry.Source == BoardSource.Published);

    private string DirectionText => Query.Direction == RetrievalDirection.TextToImage ? L["text to image"] : L["image to text"];

    private string MomentText => Query.Moment == BoardMoment.Last ? L["after the last task"] : L["right after each language’s own task"];

    /// <summary>The page's address with these choices.</summary>
    internal static string Link(BoardQuery query) => "/leaderboard" + BoardLink.Write(query);

    protected override void OnParametersSet()
    {
        var cells = Group.Rows.SelectMany(r => r.Cells.Values).Select(c => c.Mean).OfType<double>().DefaultIfEmpty(0).Max();
        _top = Math.Max(10, Math.Ceiling(cells / 10) * 10);
        var ranked = Group.Rows.Where(r => r.Ranks).ToList();
        _bestAr = Best(ranked, r => r.Ar.Mean, highest: true);
        _bestF = Best(ranked, r => r.F.Mean, highest: false);
        _bestEnglish = Best(ranked, r => r.FEnglish.Mean, highest: false);
    }

    // What is compared is what is shown: one decimal. A column of one row has no best.
    private static decimal? Best(IReadOnlyList<BoardRow> rows, Func<BoardRow, double?> value, bool highest)
    {
        var values = rows.Select(value).OfType<double>().Select(BoardExport.Rounded).ToList();
        return values.Count < 2 ? null
            : highest ? values.Max()
            : values.Min();
    }

    private string Heat(double recall) =>
        "heat-" + ((int)Math.Round(Math.Clamp(recall / _top, 0, 1) * 31)).ToString(CultureInfo.InvariantCulture);

    // For recall "descending" is the natural order, best first; for the rest "ascending" is.
    private static bool BestIsHighest(string column) => column is not ("rank" or "name" or "forgetting" or "forgetting-en");

    private string? SortState(string column) =>
        Query.Sort == column || (column == "name" && Query.Sort == "rank")
            ? (BestIsHighest(Query.Sort) != Query.Descending ? "descending" : "ascending")
            : null;

    private string SortLink(string column) => Link(Query with { Sort = column, Descending = Query.Sort == column && !Query.Descending });

    private string SortMark(string column) =>
        Query.Sort != column ? ""
        : BestIsHighest(column) != Query.Descending ? " ▾"
        : " ▴";

    /// <summary>The reason that all cells of a row share, if none of them has a figure.</summary>
    private LateText? OneReason(BoardRow row)
    {
        if (Group.Languages.Count < 2 || row.Cells.Values.Any(c => c.Mean is not null))
        {
            return null;
        }
        var reasons = row.Cells.Values.Select(c => c.Missing).Distinct().ToList();
        return reasons.Count == 1 ? reasons[0] : null;
    }

    private string? OwnTaskLink(BoardRow row) =>
        Query.Moment == BoardMoment.Last && row.Entry.Scores.Any(s => s.Value.OwnTask.Count > 0)
            ? Link(Query with { Moment = BoardMoment.OwnTask })
            : null;

    private string Title(string code, Figure figure)
    {
        var language = L[LanguageCatalog.Find(code)?.Name ?? code];
        if (figure.Mean is not { } mean)
        {
            return $"{language}: {figure.Missing?.In(L)}";
        }
        var percent = Formats.Fixed(mean, 2) + (figure.Deviation is { } d ? " ± " + Formats.Fixed(d, 2) : "") + " %";
        return figure.Interval is { } i
            ? L.Count(
                "{1}: {2} (95 % interval {3}, {0} query)",
                "{1}: {2} (95 % interval {3}, {0} queries)",
                figure.Queries ?? 0,
                language,
                percent,
                Range(i, 1)
            )
            : $"{language}: {percent}";
    }

    private static string Range(Interval interval, int decimals) =>
        $"{Formats.Fixed(interval.Low, decimals)}–{Formats.Fixed(interval.High, decimals)}";

    private string? AverageTitle(BoardRow row)
    {
        if (row.Ar.Mean is not { } mean)
        {
            return row.Ar.Missing?.In(L);
        }
        var exact = mean.ToString("R", CultureInfo.InvariantCulture);
        if (row.Error is not { } error)
        {
            return exact;
        }
        var interval = Range(error.Interval, 2);
        return (error.Basis, row.Ar.Deviation) switch
        {
            (ErrorBasis.Answers, null) => L.Count(
                "{1}; 95 % interval {2}, from the answers to {0} query in each language",
                "{1}; 95 % interval {2}, from the answers to {0} queries in each language",
                error.Queries[0],
                exact,
                interval
            ),
            (ErrorBasis.Answers, _) => L.Count(
                "{1}; 95 % interval {2}, from the answers to {0} query in each language and the deviation over seeds",
                "{1}; 95 % interval {2}, from the answers to {0} queries in each language and the deviation over seeds",
                error.Queries[0],
                exact,
                interval
            ),
            (_, null) => L["{0}; 95 % interval {1}, from the languages’ recalls as if they were independent", exact, interval],
            _ => L[
                "{0}; 95 % interval {1}, from the languages’ recalls as if they were independent and the deviation over seeds",
                exact,
                interval
            ],
        };
    }

    private string? PlaceTitle(BoardRow row) =>
        row.Rank is not { } place ? null
        : row.Error is null ? L["Placed by value: the number of queries is not known, so nothing can be tested"]
        : place == 1 ? L["No row is significantly better"]
        : L.Count("{0} row is significantly better", "{0} rows are significantly better", place - 1);
}
