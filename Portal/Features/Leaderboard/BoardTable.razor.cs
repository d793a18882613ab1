using System.Globalization;
using CllClip.Engine.Evaluation.Statistics;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>One ranking as a table. Every choice in it is a link, so that it can be shared and works before the circuit does.</summary>
public sealed partial class BoardTable
{
    private static readonly MarkupString _place = new("#");
    private static readonly MarkupString _method = new("Method");
    private static readonly MarkupString _ar = new("AR<sub>T</sub> ↑");
    private static readonly MarkupString _f = new("F<sub>T</sub> ↓");
    private static readonly MarkupString _fen = new("F<sub>en</sub> ↓");
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

    private string DirectionText => Query.Direction == RetrievalDirection.TextToImage ? "text to image" : "image to text";

    private string MomentText => Query.Moment == BoardMoment.Last ? "after the last task" : "right after each language’s own task";

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
    private string? OneReason(BoardRow row)
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

    private static string Title(string code, Figure figure)
    {
        var language = LanguageCatalog.Find(code)?.Name ?? code;
        if (figure.Mean is not { } mean)
        {
            return $"{language}: {figure.Missing}";
        }
        var deviation = figure.Deviation is { } d ? " ± " + Formats.Fixed(d, 2) : "";
        var interval = figure.Interval is { } i ? $" (95 % interval {Range(i, 1)}, {Formats.Count(figure.Queries ?? 0)} queries)" : "";
        return $"{language}: {Formats.Fixed(mean, 2)}{deviation} %{interval}";
    }

    private static string Range(Interval interval, int decimals) =>
        $"{Formats.Fixed(interval.Low, decimals)}–{Formats.Fixed(interval.High, decimals)}";

    private static string? AverageTitle(BoardRow row)
    {
        if (row.Ar.Mean is not { } mean)
        {
            return row.Ar.Missing;
        }
        var exact = mean.ToString("R", CultureInfo.InvariantCulture);
        return row.Error is not { } error
            ? exact
            : $"{exact}; 95 % interval {Range(error.Interval, 2)}, "
                + (
                    error.Basis == ErrorBasis.Answers
                        ? $"from the answers to {Formats.Count(error.Queries[0])} queries in each language"
                        : "from the languages’ recalls as if they were independent"
                )
                + (row.Ar.Deviation is null ? "" : " and the deviation over seeds");
    }

    private static string? PlaceTitle(BoardRow row) =>
        row.Rank is not { } place ? null
        : row.Error is null ? "Placed by value: the number of queries is not known, so nothing can be tested"
        : place == 1 ? "No row is significantly better"
        : $"{place - 1} {(place == 2 ? "row is" : "rows are")} significantly better";
}
