using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CllClip.Portal.Layout.Components;

/// <summary>A chart of lines: drawn from the series' points, for the part of the horizontal axis and the lines that the reader chose.</summary>
public sealed partial class LineChart
{
    private const int Width = 640,
        Height = 240,
        Left = 46,
        Right = 12,
        Top = 10,
        Bottom = 42;

    /// <summary>Most points of a line drawn: enough for its pixels.</summary>
    private const int MostPoints = 160;

    private readonly string _id = "chart-" + Guid.NewGuid().ToString("N")[..8];
    private readonly HashSet<string> _hidden = [];
    private List<Drawn> _drawn = [];
    private List<double> _xs = [];
    private string _tips = "[]";
    private ChartScale _x = ChartScale.Exact(0, 1, Left, Width - Right);
    private ChartScale _y = ChartScale.Round(0, 1, Height - Bottom, Top);
    private (double From, double To) _ends;
    private (double From, double To)? _window;
    private double? _typedFrom,
        _typedTo;
    private string? _rangeError;
    private bool _table;
    private IReadOnlyList<ChartSeries>? _built;
    private bool _changed;

    private sealed record Drawn(int Index, string Name, string? Language, bool Shown, IReadOnlyList<ChartPoint> Points);

    /// <summary>Heading.</summary>
    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    /// <summary>The lines; those without points are left out.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<ChartSeries> Series { get; set; } = [];

    /// <summary>What the horizontal axis counts; null: the stage.</summary>
    [Parameter]
    public string? XLabel { get; set; }

    /// <summary>The horizontal axis’s column in saved tables.</summary>
    [Parameter]
    public string XColumn { get; set; } = "stage";

    /// <summary>A word beside the heading: unit, direction.</summary>
    [Parameter]
    public string? Note { get; set; }

    /// <summary>What stands where there are no points yet; null: a general word.</summary>
    [Parameter]
    public string? Empty { get; set; }

    /// <summary>Whether the vertical axis starts at zero.</summary>
    [Parameter]
    public bool FromZero { get; set; } = true;

    /// <summary>Whether the horizontal axis has whole numbers only.</summary>
    [Parameter]
    public bool WholeX { get; set; } = true;

    /// <summary>Name of the files saved, without their ending; null makes it from the heading.</summary>
    [Parameter]
    public string? FileName { get; set; }

    /// <summary>What is the same for all points, as the last columns of saved tables.</summary>
    [Parameter]
    public IReadOnlyList<(string Column, object? Value)> Constants { get; set; } = [];

    /// <summary>How a value is written; null: short.</summary>
    [Parameter]
    public Func<double, string>? Format { get; set; }

    private string XName => XLabel ?? L["stage"];

    // The same series need no new drawing: a live page renders several times a second.
    protected override bool ShouldRender() => _changed;

    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(_built, Series))
        {
            _built = Series;
            Draw();
        }
    }

    protected override void OnAfterRender(bool firstRender) => _changed = false;

    private void Draw()
    {
        _changed = true;
        var lines = Series
            .Select(s => s.Points.All(p => double.IsFinite(p.Y)) ? s : s with { Points = [.. s.Points.Where(p => double.IsFinite(p.Y))] })
            .Where(s => s.Points.Count > 0)
            .ToList();
        if (lines.Count == 0)
        {
            _drawn = [];
            return;
        }
        var all = lines.SelectMany(l => l.Points).ToList();
        _ends = (all.Min(p => p.X), all.Max(p => p.X));
        var (from, to) = _window ?? _ends;
        _drawn =
        [
            .. lines.Select(
                (l, i) =>
                    new Drawn(
                        i,
                        l.Name,
                        l.Language,
                        !_hidden.Contains(l.Name),
                        ChartScale.Thin(ChartScale.Within(l.Points, from, to), MostPoints)
                    )
            ),
        ];
        var seen = _drawn.Where(d => d.Shown).SelectMany(d => d.Points).Where(p => p.X >= from && p.X <= to).ToList();
        _x = ChartScale.Exact(from, to, Left, Width - Right, 8, WholeX && (to == from || to - from >= 1));
        _y =
            seen.Count == 0
                ? ChartScale.Round(0, 1, Height - Bottom, Top)
                : ChartScale.Round(
                    FromZero ? Math.Min(0, seen.Min(p => p.Y)) : seen.Min(p => p.Y),
                    seen.Max(p => p.Y),
                    Height - Bottom,
                    Top
                );
        _xs = [.. seen.Select(p => p.X).Distinct().Order()];
        _tips = Texts.Of(Tips());
    }

    private void Zoom((double From, double To)? window)
    {
        (_window, _rangeError) = (window, null);
        (_typedFrom, _typedTo) = (window?.From, window?.To);
        Draw();
    }

    private void Apply()
    {
        var (from, to) = (Math.Max(_typedFrom ?? _ends.From, _ends.From), Math.Min(_typedTo ?? _ends.To, _ends.To));
        if (from < to)
        {
            Zoom((from, to));
            return;
        }
        _rangeError = L["The start must be less than the end, within {0} to {1}.", Formats.Short(_ends.From), Formats.Short(_ends.To)];
        _changed = true;
    }

    // "from to" in values of the axis; empty: show all. Comes from the browser, so it is held against the axis.
    private void Dragged(ChangeEventArgs e)
    {
        var ends = (e.Value as string ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (ends.Length == 0)
        {
            Zoom(null);
        }
        else if (ends.Length == 2 && Number(ends[0]) is { } from && Number(ends[1]) is { } to)
        {
            (from, to) = (Math.Max(from, _ends.From), Math.Min(to, _ends.To));
            if (WholeX && to - from >= 1)
            {
                (from, to) = (Math.Floor(from), Math.Ceiling(to));
            }
            if (from < to)
            {
                Zoom((from, to));
            }
        }
    }

    private void Toggle(string name)
    {
        if (!_hidden.Remove(name))
        {
            _hidden.Add(name);
        }
        Draw();
    }

    private void ShowAll(bool show)
    {
        _hidden.Clear();
        if (!show)
        {
            _hidden.UnionWith(_drawn.Select(d => d.Name));
        }
        Draw();
    }

    private void ToggleTable() => (_table, _changed) = (!_table, true);

    private async Task SaveAsync(string format)
    {
        var name = (FileName ?? Title.ToLowerInvariant().Replace(' ', '-')) + "." + format;
        if (format is "svg" or "png")
        {
            await Js.InvokeVoidAsync("portal.saveChart", _id, name, format, Note is null ? Title : $"{Title} ({Note})");
        }
        else
        {
            var json = format == "json";
            await Js.InvokeVoidAsync(
                "portal.download",
                name,
                json ? Export().ToJson() : Export().ToCsv(),
                json ? "application/json" : "text/csv"
            );
        }
    }

    // Every point of every line, also those that the drawing leaves out.
    private TableFile Export()
    {
        var lines = Series
            .Where(s => s.Points.Count > 0)
            .Select(s => (s.Column, At: s.Points.GroupBy(p => p.X).ToDictionary(p => p.Key, p => p.First().Y)))
            .ToList();
        return new(
            [XColumn, .. lines.Select(l => l.Column), .. Constants.Select(c => c.Column)],
            lines
                .SelectMany(l => l.At.Keys)
                .Distinct()
                .Order()
                .Select(x =>
                    (IReadOnlyList<object?>)
                        [x, .. lines.Select(l => l.At.TryGetValue(x, out var y) ? (object?)y : null), .. Constants.Select(c => c.Value)]
                )
        );
    }

    private string YText(double value) => Format?.Invoke(value) ?? Formats.Short(value).Replace('-', '−');

    private string Path(Drawn line) => Texts.Of(string.Join(' ', line.Points.Select(p => _x.Px(p.X) + "," + _y.Px(p.Y))));

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private static string? Dash(int index) =>
        (index / 6 % 3) switch
        {
            1 => "6 3",
            2 => "2 3",
            _ => null,
        };

    // "text" is a word of Razor's own, so that SVG's element of that name is written as markup.
    private static string Label(double x, double y, string anchor, string text) =>
        $"<text x=\"{ChartScale.Svg(x)}\" y=\"{ChartScale.Svg(y)}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(text)}</text>";

    // What js/chart.js shows beside the pointer: for each place on the axis its pixel, its value and the highest lines there. As elements they would be most of a page.
    private string Tips()
    {
        const int mostRows = 9;
        var at = _drawn.Where(d => d.Shown).SelectMany(d => d.Points.Select(p => (p.X, p.Y, d.Index))).ToLookup(p => p.X);
        return JsonSerializer.Serialize(
            _xs.Select(x =>
                new object[]
                {
                    Math.Round(_x.At(x), 1),
                    Formats.Short(x),
                    at[x].OrderByDescending(p => p.Y).Take(mostRows).Select(p => new object[] { p.Index, YText(p.Y) }),
                }
            )
        );
    }
}
