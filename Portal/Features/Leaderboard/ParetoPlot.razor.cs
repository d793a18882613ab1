using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Average recall against a cost for one ranking, with its Pareto front.</summary>
public sealed partial class ParetoPlot
{
    private BoardPlot _plot = new(BoardAxis.Forgetting, "", [], 0);
    private string _svg = "";
    private TableSort _sort = new("number", false);

    /// <summary>The ranking.</summary>
    [Parameter, EditorRequired]
    public BoardGroup Group { get; set; } = null!;

    /// <summary>What was asked for: links to rows hold it.</summary>
    [Parameter, EditorRequired]
    public BoardQuery Query { get; set; } = null!;

    /// <summary>What recall is drawn against.</summary>
    [Parameter, EditorRequired]
    public BoardAxis Axis { get; set; }

    /// <summary>Id of the ranking's heading.</summary>
    [Parameter, EditorRequired]
    public string Anchor { get; set; } = "";

    private string Title => TitleOf(Group, Axis, L);

    private string FileName => $"pareto-{Group.Dataset}-{BoardLink.Code(Axis)}";

    private IEnumerable<PlotPoint> Sorted =>
        _sort.Of(
            _plot.Points,
            p =>
                _sort.Column switch
                {
                    "name" => p.Row.Name,
                    "recall" => p.Y,
                    "cost" => p.X,
                    "front" => p.Front,
                    "machine" => p.Row.Entry.Cost?.Machine,
                    _ => (IComparable)p.Number,
                }
        );

    /// <summary>The heading of a ranking's plot.</summary>
    internal static string TitleOf(BoardGroup group, BoardAxis axis, PageText text) =>
        text["{0}, {1}: average recall against {2}", BoardNames.Dataset(group.Dataset), group.Heading(text), BoardPlot.Name(axis, text)];

    protected override void OnParametersSet()
    {
        _plot = BoardPlot.Of(Group, Axis);
        _svg = ParetoSvg.Linked(_plot, L["{0}; the numbers are in the table below", Title], RowLink, L);
    }

    // Of recalls and of the front the best come first, of all else the least.
    private void Press(string column) => _sort = _sort.Press(column, column == "recall" || column == "front");

    private string RowLink(PlotPoint point) => $"{BoardTable.Link(Query)}#{BoardPlot.RowId(Anchor, point.Row)}";

    private TableFile Export() =>
        new(
            ["number", "name", "detail", "average_recall", BoardLink.Code(Axis), "unit", "front", "machine"],
            Sorted.Select(p =>
                (IReadOnlyList<object?>)
                    [
                        p.Number,
                        p.Row.Name,
                        p.Row.Detail,
                        p.Y,
                        p.X,
                        _plot.Unit,
                        p.Front,
                        Axis == BoardAxis.Forgetting ? null : p.Row.Entry.Cost?.Machine,
                    ]
            )
        );

    private async Task SaveAsync() =>
        await Js.InvokeVoidAsync("portal.download", FileName + ".svg", ParetoSvg.Alone(_plot, Title, L), "image/svg+xml");
}
