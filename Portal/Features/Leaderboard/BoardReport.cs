using System.Globalization;
using System.Net;
using System.Text;
using CllClip.Engine.Training;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>The leaderboard as one HTML file that needs nothing from outside: rankings, plots, and where every row comes from. For the screen, light or dark, and for paper.</summary>
public static class BoardReport
{
    private const int Sums = 3; // columns before the languages: AR, F, F_en

    // On paper the intervals of single languages give way: 36 of them are wider than a page.
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1b2430;--quiet:#55606e;--line:#d5dbe3;--back:#fff;--head:#f2f5f8;--accent:#0b6b7d}
        @media (prefers-color-scheme:dark){:root{--ink:#e3e8ee;--quiet:#a3afbb;--line:#38424e;--back:#15191f;--head:#1f252d;--accent:#5cc8d7}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:1200px;padding:24px 16px;background:var(--back);color:var(--ink);font:14px/1.45 system-ui,'Noto Sans',sans-serif;font-variant-numeric:tabular-nums}
        h1{font-size:22px;margin:0 0 8px}h2{font-size:17px;margin:32px 0 4px}h3{font-size:14px;margin:16px 0 4px}
        p{margin:0 0 8px;max-width:110ch}a{color:var(--accent)}.quiet,small{color:var(--quiet)}small{font-size:11px;display:block}
        dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 16px;margin:0 0 12px}dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
        .wide{overflow-x:auto}table{border-collapse:collapse;font-size:12px}
        th,td{padding:3px 6px;border-bottom:1px solid var(--line);text-align:right;vertical-align:top;white-space:nowrap}
        thead th{background:var(--head);vertical-align:bottom}
        th.t,td.t{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:90px;font-weight:400}th.name{min-width:170px}
        .best{font-weight:700}.best small{font-weight:400}.plot{max-width:760px;margin:8px 0}
        code{font:11px ui-monospace,'Noto Sans Mono',monospace;overflow-wrap:anywhere}
        @media print{:root{color-scheme:light;--ink:#000;--quiet:#444;--line:#bbb;--back:#fff;--head:#eee;--accent:#000}
        body{max-width:none;padding:0;font-size:10px}table{font-size:7.5px;width:100%}th,td{padding:1px 2px}th.t,td.t{min-width:0}th.name{min-width:80px}small{font-size:6.5px}
        code{font-size:7px}.wide{overflow:visible}thead{display:table-header-group}td.lang small{display:none}tr,.plot{break-inside:avoid}h2,h3{break-after:avoid}@page{size:A4 landscape;margin:12mm}}
        """;

    /// <summary>The report.</summary>
    /// <param name="board">The rankings.</param>
    /// <param name="origin">Scheme and host of this portal, for the permanent link.</param>
    /// <param name="at">When it is made.</param>
    public static string Html(Board board, string origin, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(board);
        var html = new StringBuilder("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Append(
            CultureInfo.InvariantCulture,
            $"<title>CLL-CLIP leaderboard, {at.UtcDateTime:yyyy-MM-dd}</title>\n<style>{Style}</style>\n</head>\n<body>\n"
        );
        Head(html, board.Query, origin, at);
        if (board.Groups.Count == 0)
        {
            html.Append("<p>No result fits these choices.</p>\n");
        }
        foreach (var group in board.Groups)
        {
            Ranking(html, board.Query, group);
            if (board.Query.Plot is { } axis && BoardPlot.Of(group, axis) is { Points.Count: > 0 } plot)
            {
                Plot(html, group, plot);
            }
            Sources(html, group, origin);
        }
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void Head(StringBuilder html, BoardQuery query, string origin, DateTimeOffset at)
    {
        var link = $"{origin}{BoardTable.Link(query)}";
        html.Append("<h1>CLL-CLIP leaderboard</h1>\n<dl>\n");
        void Fact(string name, string value) => html.Append(CultureInfo.InvariantCulture, $"<dt>{name}</dt><dd>{value}</dd>\n");
        Fact("Made", at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        Fact("Version", Encode(RunProvenance.CodeVersion));
        Fact("Link", $"<a href=\"{Encode(link)}\">{Encode(link)}</a>");
        foreach (var (name, value) in Choices(query))
        {
            Fact(Encode(name), Encode(value));
        }
        Fact(
            "Forgetting",
            $"{ForgettingFormulas.Html(query.Metric)} <span class=\"quiet\">{Encode(ForgettingFormulas.Text(query.Metric, PageText.English))}</span>"
        );
        html.Append("</dl>\n<p class=\"quiet\">");
        html.Append(
            Encode(
                $"In percent. ±: sample deviation over seeds. Small print: 95 % interval over queries (Wilson’s for single languages; ° taken from the languages as if independent, which is too narrow; those of single languages are not printed on paper). "
                    + $"A place is one more than the number of rows that are significantly better ({Formats.Fixed(100 * BoardRanks.Level, 0)} %, Holm); rows without a number of queries are placed by value. Best of a column in bold."
            )
        );
        html.Append("</p>\n");
    }

    private static IEnumerable<(string, string)> Choices(BoardQuery query)
    {
        yield return (
            "Measured",
            $"Recall@{query.K}, {(query.Direction == RetrievalDirection.TextToImage ? "text to image" : "image to text")}, {(query.Moment == BoardMoment.Last ? "after the last task" : "right after each language’s own task")}"
        );
        if (query.Languages.Count > 0)
        {
            var preset = LanguagePresets.Matching(query.Languages);
            yield return (
                "Means over",
                $"{query.Languages.Count} languages{(preset is null ? "" : $" ({preset.Kind}: {preset.Name})")}: {string.Join(", ", query.Languages)}"
            );
        }
        string?[] filters =
        [
            query.Dataset is null ? null : $"data set {BoardNames.Dataset(query.Dataset)}",
            query.Protocol is null ? null : $"protocol {query.Protocol}",
            query.Source is not { } source ? null
            : source == BoardSource.Own ? "own runs"
            : "published",
            query.Method is null ? null : $"method {query.Method}",
            query.Teir is not { } teir ? null
            : teir ? "with TEIR"
            : "without TEIR",
            query.Text is null ? null : $"text “{query.Text}”",
        ];
        if (filters.OfType<string>().ToList() is { Count: > 0 } chosen)
        {
            yield return ("Filter", string.Join(", ", chosen));
        }
    }

    private static void Ranking(StringBuilder html, BoardQuery query, BoardGroup group)
    {
        html.Append(
            CultureInfo.InvariantCulture,
            $"<section>\n<h2>{Encode(BoardNames.Dataset(group.Dataset))} · {Encode(group.Heading(PageText.English))}</h2>\n"
        );
        html.Append(
            CultureInfo.InvariantCulture,
            $"<p class=\"quiet\">Protocol {Encode(group.Protocol)}: {Encode(BoardNames.Protocol(group.Protocol, PageText.English))}. {Encode(group.Note ?? "")}</p>\n"
        );
        var languages = group.HasCells ? group.Languages : [];
        html.Append(
            "<div class=\"wide\"><table>\n<thead><tr><th>#</th><th class=\"t name\">Method</th><th>AR<sub>T</sub></th><th>F<sub>T</sub></th><th>F<sub>en</sub></th>"
        );
        foreach (var code in languages)
        {
            html.Append(CultureInfo.InvariantCulture, $"<th title=\"{Encode(LanguageCatalog.Describe(code).Name)}\">{Encode(code)}</th>");
        }
        html.Append("</tr></thead>\n<tbody>\n");
        var columns = Columns(languages).Select(c => (c.Value, Best: Best(group.Rows, c.Value, c.Highest))).ToList();
        foreach (var row in group.Rows)
        {
            var state = (row.Entry.Status ?? row.Incomparable)?.ToString();
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{row.Rank?.ToString(CultureInfo.InvariantCulture) ?? "–"}</td><th class=\"t name\" scope=\"row\">{Encode(row.Name)}"
            );
            html.Append(Small(row.Detail)).Append(Small(state)).Append("</th>");
            for (var column = 0; column < columns.Count; column++)
            {
                var (value, best) = columns[column];
                var figure = value(row);
                var isBest = row.Ranks && figure.Mean is { } mean && BoardExport.Rounded(mean) == best;
                var mark = column == 0 && row.Error?.Basis == ErrorBasis.Languages ? "°" : "";
                Cell(html, figure, $"{(isBest ? "best" : "")}{(column < Sums ? "" : " lang")}".Trim(), mark);
            }
            html.Append("</tr>\n");
        }
        html.Append("</tbody></table></div>\n</section>\n");
    }

    private static IEnumerable<(Func<BoardRow, Figure> Value, bool Highest)> Columns(IReadOnlyList<string> languages) =>
        [
            (r => r.Ar, true),
            (r => r.F, false),
            (r => r.FEnglish, false),
            .. languages.Select(l => ((Func<BoardRow, Figure>)(r => r.Cells[l]), true)),
        ];

    private static decimal? Best(IReadOnlyList<BoardRow> rows, Func<BoardRow, Figure> value, bool highest)
    {
        var values = rows.Where(r => r.Ranks).Select(r => value(r).Mean).OfType<double>().Select(BoardExport.Rounded).ToList();
        return values.Count < 2 ? null
            : highest ? values.Max()
            : values.Min();
    }

    private static void Cell(StringBuilder html, Figure figure, string kind, string mark)
    {
        html.Append(
            CultureInfo.InvariantCulture,
            $"<td{(kind.Length == 0 ? "" : $" class=\"{kind}\"")}{(figure.Missing is null ? "" : $" title=\"{Encode(figure.Missing.ToString())}\"")}>{Formats.Percent(figure.Mean)}"
        );
        html.Append(Small(figure.Deviation is { } d ? $"±{Formats.Fixed(d, 1)}" : null));
        html.Append(Small(figure.Interval is { } i ? $"{Formats.Fixed(i.Low, 1)}–{Formats.Fixed(i.High, 1)}{mark}" : null)).Append("</td>");
    }

    private static void Plot(StringBuilder html, BoardGroup group, BoardPlot plot)
    {
        var title = ParetoPlot.TitleOf(group, plot.Axis, PageText.English);
        html.Append(
            CultureInfo.InvariantCulture,
            $"<section>\n<h3>{Encode(title)}</h3>\n<div class=\"plot\">{ParetoSvg.Alone(plot, title, PageText.English)}</div>\n"
        );
        html.Append(
            CultureInfo.InvariantCulture,
            $"<p class=\"quiet\">Filled: on the Pareto front.</p>\n<table><thead><tr><th>#</th><th class=\"t name\">Method</th><th>AR</th><th>{Encode(plot.XLabel(PageText.English))}</th><th>Front</th></tr></thead>\n<tbody>\n"
        );
        foreach (var point in plot.Points)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><td>{point.Number}</td><th class=\"t name\" scope=\"row\">{Encode(point.Row.Name)}{Small(point.Row.Detail)}</th><td>{Formats.Percent(point.Y)}</td><td>{Encode(plot.Text(point.X, PageText.English))}</td><td>{(point.Front ? "yes" : "no")}</td></tr>\n"
            );
        }
        html.Append("</tbody></table>\n</section>\n");
    }

    private static void Sources(StringBuilder html, BoardGroup group, string origin)
    {
        html.Append(
            "<section>\n<h3>Where the rows come from</h3>\n<div class=\"wide\"><table>\n<thead><tr><th class=\"t name\">Method</th><th class=\"t\">Source</th><th class=\"t\">Base model</th><th class=\"t\">Made with</th></tr></thead>\n<tbody>\n"
        );
        foreach (var row in group.Rows)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr><th class=\"t name\" scope=\"row\">{Encode(row.Name)}{Small(row.Detail)}</th><td class=\"t\">{Source(row, origin)}</td><td class=\"t\">{Encode(row.Entry.Model)}</td>"
            );
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"t\">{Made(row.Entry)}</td></tr>\n");
        }
        html.Append("</tbody></table></div>\n</section>\n");
    }

    private static string Source(BoardRow row, string origin) =>
        row.Entry.Source == BoardSource.Published
            ? $"Published: <a href=\"{Encode(row.Entry.Link ?? "")}\">{Encode(row.Entry.Link ?? "")}</a> <code>{Encode(row.Entry.File ?? "")}</code>"
            : string.Join(
                ", ",
                row.Ids.Select(
                    (id, i) =>
                        $"<a href=\"{Encode($"{origin}/runs/{Uri.EscapeDataString(id)}")}\">run {Encode(id)}</a>{(i < row.Seeds.Count ? $" (seed {row.Seeds[i].ToString(CultureInfo.InvariantCulture)})" : "")}"
                )
            );

    private static string Made(BoardEntry entry) =>
        entry.Provenance is { } p ? string.Join("<br>", Facts(entry, p).Select(f => $"{f.Name}: <code>{Encode(f.Value)}</code>")) : "–";

    private static IEnumerable<(string Name, string Value)> Facts(BoardEntry entry, Provenance provenance)
    {
        yield return ("version", provenance.CodeVersion);
        yield return ($"{Encode(entry.Dataset)} revision", provenance.DataRevision);
        foreach (var (set, revision) in entry.TestSetRevisions)
        {
            yield return ($"{Encode(set)} revision", revision);
        }
        yield return ("base model", provenance.BaseModelHash);
        yield return ("machine", $"{provenance.Machine}; {provenance.Device}");
        yield return ("libraries", string.Join(", ", provenance.Libraries.Select(l => $"{l.Key} {l.Value}")));
        if (entry.Cost is { } cost)
        {
            yield return ("training", $"{Formats.Duration(cost.TrainSeconds)}, peak memory {Formats.Bytes(cost.PeakMemoryBytes)}");
        }
    }

    private static string Small(string? text) => text is null ? "" : $"<small>{Encode(text)}</small>";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
