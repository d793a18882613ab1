using System.Globalization;
using System.Net;
using System.Text;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Draws a <see cref="BoardPlot"/> as SVG: for the page, which brings its colours, or to stand alone.</summary>
public static class ParetoSvg
{
    private const int Width = 640;
    private const int Height = 320;
    private const int Left = 46;
    private const int Right = 16;
    private const int Top = 14;
    private const int Bottom = 44;
    private const double TipCharacter = 6.4; // width of a letter, at most

    /// <summary>Colours of a plot that stands alone, light and dark.</summary>
    private const string Style = """
        .pareto{font:12px system-ui,sans-serif;color-scheme:light dark}
        .pareto .back{fill:#fff}.pareto text{fill:#4b5563}.pareto .grid{stroke:#d9dee5}
        .pareto .front-line{fill:none;stroke:#0b6b7d;stroke-width:2}
        .pareto circle{fill:#fff;stroke:#6b7280;stroke-width:1.5}.pareto .on circle{fill:#0b6b7d;stroke:#0b6b7d}
        .pareto .point text{font-size:10px;fill:#374151}.pareto .on text{fill:#fff}
        @media (prefers-color-scheme:dark){.pareto .back{fill:#15191f}.pareto text{fill:#b6bfca}.pareto .grid{stroke:#333b46}
        .pareto .front-line{stroke:#5cc8d7}.pareto circle{fill:#15191f;stroke:#a3afbb}.pareto .on circle{fill:#5cc8d7;stroke:#5cc8d7}
        .pareto .point text{fill:#d5dbe3}.pareto .on text{fill:#10151a}}
        """;

    /// <summary>A drawing that needs nothing from outside: a file of its own, or a part of one.</summary>
    public static string Alone(BoardPlot plot, string title, PageText text) => Draw(plot, title, null, $"<style>{Style}</style>", text);

    /// <summary>A drawing for a page: each point is a link to its row and tells its values where it is pointed at or has the focus.</summary>
    /// <param name="plot">What is drawn.</param>
    /// <param name="title">Name for screen readers.</param>
    /// <param name="link">Address of a point's row.</param>
    /// <param name="text">The reader's language.</param>
    public static string Linked(BoardPlot plot, string title, Func<PlotPoint, string> link, PageText text) =>
        Draw(plot, title, link, "", text);

    private static string Draw(BoardPlot plot, string title, Func<PlotPoint, string>? link, string style, PageText text)
    {
        ArgumentNullException.ThrowIfNull(plot);
        ArgumentNullException.ThrowIfNull(text);
        var xs = plot.Points.Select(p => p.X).DefaultIfEmpty().ToList();
        var ys = plot.Points.Select(p => p.Y).DefaultIfEmpty().ToList();
        var x = ChartScale.Round(Math.Min(0, xs.Min()), xs.Max(), Left, Width - Right);
        var y = ChartScale.Round(ys.Min(), ys.Max(), Height - Bottom, Top);
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pareto\" direction=\"ltr\" viewBox=\"0 0 {Width} {Height}\" role=\"{(link is null ? "img" : "group")}\" aria-label=\"{Encode(title)}\">{style}"
        );
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"back\" width=\"{Width}\" height=\"{Height}\"/>");
        Axes(svg, plot, x, y, text);
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"front-line\" d=\"{FrontPath(plot, x, y)}\"/>");
        // The best last, so that they lie on top of those they beat.
        foreach (var point in plot.Points.OrderBy(p => p.Front).ThenByDescending(p => p.Number))
        {
            Point(svg, plot, point, x.At(point.X), y.At(point.Y), link, text);
        }
        return svg.Append("</svg>").ToString();
    }

    private static void Axes(StringBuilder svg, BoardPlot plot, ChartScale x, ChartScale y, PageText text)
    {
        foreach (var tick in y.Ticks)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y.Px(tick)}\" y2=\"{y.Px(tick)}\"/>"
            );
            svg.Append(Text(Left - 6, y.At(tick) + 4, "end", Formats.Short(tick)));
        }
        foreach (var tick in x.Ticks)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{x.Px(tick)}\" x2=\"{x.Px(tick)}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>"
            );
            svg.Append(Text(x.At(tick), Height - 26, "middle", Formats.Short(tick).Replace('-', '−')));
        }
        svg.Append(
            Text(
                (Left + Width - Right) / 2.0,
                Height - 6,
                "middle",
                text["{0}, less is better", plot.XLabel(text)],
                text.Language.RightToLeft
            )
        );
        svg.Append(Text(Left + 6, Top + 12, "start", "AR (%)"));
    }

    /// <summary>The staircase that the front's points span: right of it and below, a row is beaten.</summary>
    private static string FrontPath(BoardPlot plot, ChartScale x, ChartScale y)
    {
        var front = plot.Points.Where(p => p.Front).OrderBy(p => p.X).DistinctBy(p => p.X).ToList();
        if (front.Count == 0)
        {
            return "";
        }
        var path = new StringBuilder();
        path.Append(CultureInfo.InvariantCulture, $"M{x.Px(front[0].X)} {Height - Bottom}V{y.Px(front[0].Y)}");
        foreach (var point in front.Skip(1))
        {
            path.Append(CultureInfo.InvariantCulture, $"H{x.Px(point.X)}V{y.Px(point.Y)}");
        }
        return path.Append(CultureInfo.InvariantCulture, $"H{Width - Right}").ToString();
    }

    private static void Point(
        StringBuilder svg,
        BoardPlot plot,
        PlotPoint point,
        double x,
        double y,
        Func<PlotPoint, string>? link,
        PageText text
    )
    {
        string[] lines =
        [
            point.Row.NameIn(text),
            text["AR {0}", Formats.Fixed(point.Y, 1) + " %"],
            $"{BoardPlot.Name(plot.Axis, text)} {plot.Text(point.X, text)}",
        ];
        var values = string.Join(", ", lines);
        var label = point.Front ? text["{0}, on the Pareto front", values] : values;
        var kind = point.Front ? "point on" : "point";
        svg.Append(
            link is null
                ? $"<g class=\"{kind}\"><title>{Encode(label)}</title>"
                : $"<a class=\"{kind}\" translate=\"no\" href=\"{Encode(link(point))}\" aria-label=\"{Encode(label)}\">"
        );
        svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"8.5\"/>");
        svg.Append(Text(x, y + 3.5, "middle", point.Number.ToString(CultureInfo.InvariantCulture)));
        if (link is null)
        {
            svg.Append("</g>");
            return;
        }
        var width = Math.Min(Width - 20, 16 + (lines.Max(Letters) * TipCharacter));
        var left = Math.Clamp(x + 14 + width > Width ? x - 14 - width : x + 14, 4, Width - width - 4);
        var top = Math.Clamp(y - 26, 2, Height - 60);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<g class=\"tip\"><rect x=\"{left:0.#}\" y=\"{top:0.#}\" width=\"{width:0.#}\" height=\"56\" rx=\"4\"/>"
        );
        for (var i = 0; i < lines.Length; i++)
        {
            // The start of a line that runs from right to left is its right end.
            svg.Append(
                Text(
                    text.Language.RightToLeft ? left + width - 8 : left + 8,
                    top + 17 + (i * 16),
                    "start",
                    lines[i],
                    text.Language.RightToLeft
                )
            );
        }
        svg.Append("</g></a>");
    }

    // A Chinese character is as wide as two letters.
    private static int Letters(string line) => line.Sum(c => c >= '\u2E80' ? 2 : 1);

    private static string Text(double x, double y, string anchor, string text, bool rightToLeft = false) =>
        $"<text x=\"{ChartScale.Svg(x)}\" y=\"{ChartScale.Svg(y)}\" text-anchor=\"{anchor}\"{(rightToLeft ? " direction=\"rtl\"" : "")}>{Encode(text)}</text>";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
