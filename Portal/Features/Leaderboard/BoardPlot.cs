using System.Globalization;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>A row of a ranking as a point of the plot.</summary>
/// <param name="Number">From 1, best recall first: what stands in the point and in the table below.</param>
/// <param name="Row">The row.</param>
/// <param name="X">Value on the axis chosen, in <see cref="BoardPlot.Unit"/>; less is better.</param>
/// <param name="Y">Average recall in percent; more is better.</param>
/// <param name="Front">Whether no other row is at least as good in both and better in one.</param>
public sealed record PlotPoint(int Number, BoardRow Row, double X, double Y, bool Front);

/// <summary>Average recall against what it costs: the points of a ranking and its Pareto front.</summary>
/// <param name="Axis">What recall is drawn against.</param>
/// <param name="Unit">Unit of that axis; empty for a count.</param>
/// <param name="Points">Finished rows that have both values.</param>
/// <param name="LeftOut">Number of rows that have no value on the axis, or are not ranked.</param>
public sealed record BoardPlot(BoardAxis Axis, string Unit, IReadOnlyList<PlotPoint> Points, int LeftOut)
{
    /// <summary>The axis with its unit.</summary>
    public string XLabel(PageText text) => Unit.Length == 0 ? Name(Axis, text) : text["{0} ({1})", Name(Axis, text), UnitName(text)];

    // Units of time and memory are the same in every language.
    private string UnitName(PageText text) => Axis == BoardAxis.Forgetting ? text["percentage points"] : Unit;

    /// <summary>Machines that times were measured on, where there are several: such times are not comparable.</summary>
    public IReadOnlyList<string> Machines =>
        Axis is BoardAxis.Time or BoardAxis.Memory
            ? [.. Points.Select(p => p.Row.Entry.Cost?.Machine).OfType<string>().Distinct().Order(StringComparer.Ordinal)]
            : [];

    /// <summary>The plot of a ranking.</summary>
    public static BoardPlot Of(BoardGroup group, BoardAxis axis)
    {
        ArgumentNullException.ThrowIfNull(group);
        var rows = group.Rows.Where(r => r.Ranks && r.Ar.Mean is not null && Raw(r, axis) is not null).ToList();
        var (unit, size) = UnitOf(axis, rows.Select(r => Raw(r, axis)!.Value).DefaultIfEmpty().Max());
        var at = rows.OrderByDescending(r => r.Ar.Mean)
            .ThenBy(r => Raw(r, axis))
            .ThenBy(r => r.Entry.Id, StringComparer.Ordinal)
            .Select(r => (Row: r, X: Raw(r, axis)!.Value / size, Y: r.Ar.Mean!.Value))
            .ToList();
        var front = Front([.. at.Select(p => (p.X, p.Y))]);
        return new(axis, unit, [.. at.Select((p, i) => new PlotPoint(i + 1, p.Row, p.X, p.Y, front[i]))], group.Rows.Count - rows.Count);
    }

    /// <summary>Which points no other one dominates: none has at most their x and at least their y and differs.</summary>
    public static bool[] Front(IReadOnlyList<(double X, double Y)> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var front = new bool[points.Count];
        var best = double.NegativeInfinity; // of all points further left
        foreach (var column in points.Select((p, i) => (p.X, p.Y, Index: i)).GroupBy(p => p.X).OrderBy(g => g.Key))
        {
            var top = column.Max(p => p.Y);
            if (top > best)
            {
                best = top;
                foreach (var point in column.Where(p => p.Y == top))
                {
                    front[point.Index] = true;
                }
            }
        }
        return front;
    }

    /// <summary>What an axis is called.</summary>
    public static string Name(BoardAxis axis, PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return axis switch
        {
            BoardAxis.Time => text["training time"],
            BoardAxis.Memory => text["peak memory"],
            BoardAxis.Vocabulary => text["vocabulary after the last task"],
            BoardAxis.Parameters => text["trained parameters of a task"],
            _ => text["forgetting F"],
        };
    }

    /// <summary>A value on the axis with its unit.</summary>
    public string Text(double x, PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Axis == BoardAxis.Forgetting ? Formats.Fixed(x, 1)
            : Unit.Length == 0 ? text.Count("{0} row", "{0} rows", (long)x)
            : $"{x.ToString("0.##", CultureInfo.InvariantCulture)} {Unit}";
    }

    /// <summary>Id of a row's element in its table.</summary>
    public static string RowId(string anchor, BoardRow row) =>
        $"{anchor}-{Uri.EscapeDataString(row.Entry.Id.Replace('/', '-')).Replace("%", "-", StringComparison.Ordinal)}";

    private static double? Raw(BoardRow row, BoardAxis axis) =>
        axis switch
        {
            BoardAxis.Time => row.Entry.Cost?.TrainSeconds,
            BoardAxis.Memory => row.Entry.Cost is { PeakMemoryBytes: > 0 and var bytes } ? bytes : null,
            BoardAxis.Vocabulary => row.Entry.Cost?.VocabularySize,
            BoardAxis.Parameters => row.Entry.Cost?.TrainedParameters,
            _ => row.F.Mean,
        };

    private static (string Unit, double Size) UnitOf(BoardAxis axis, double largest) =>
        axis switch
        {
            BoardAxis.Time => largest >= 7200 ? ("h", 3600)
            : largest >= 120 ? ("min", 60)
            : ("s", 1),
            BoardAxis.Memory => ("GB", 1e9),
            BoardAxis.Vocabulary => ("", 1),
            BoardAxis.Parameters => ("M", 1e6),
            _ => ("percentage points", 1),
        };
}
