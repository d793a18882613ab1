using Bunit;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Tests.Features;
using Xunit;

namespace CllClip.Portal.Tests.Layout;

/// <summary>Choosing lines and a part of the axis, by hand and by what a drag in the browser reports.</summary>
public sealed class LineChartTests : PageContext
{
    private static readonly IReadOnlyList<ChartSeries> Series =
    [
        new("small", [.. Enumerable.Range(1, 10).Select(i => new ChartPoint(i, i))]),
        new("large", [.. Enumerable.Range(1, 10).Select(i => new ChartPoint(i, 100 * i))]),
        new("short", [new ChartPoint(3, 5)]),
        new("empty", []),
    ];

    private IRenderedComponent<LineChart> Chart() => Render<LineChart>(p => p.Add(c => c.Title, "Curves").Add(c => c.Series, Series));

    private static string[] Drawn(IRenderedComponent<LineChart> chart) =>
        [.. chart.FindAll("svg [data-name]").Select(l => l.GetAttribute("data-name")!)];

    private static string[] Labels(IRenderedComponent<LineChart> chart) => [.. chart.FindAll("svg > text").Select(t => t.TextContent)];

    [Fact]
    public void A_saved_table_has_English_columns_in_whatever_language_its_lines_are_named()
    {
        IReadOnlyList<ChartSeries> arabic = [new ChartSeries("rows in use", [new ChartPoint(1, 7)]) with { Name = "الصفوف المستخدمة" }];
        var chart = Render<LineChart>(p =>
            p.Add(c => c.Title, "المفردات").Add(c => c.XLabel, "المهمة").Add(c => c.XColumn, "task").Add(c => c.Series, arabic)
        );
        Assert.Equal(["الصفوف المستخدمة"], Drawn(chart));
        chart.FindAll("button").Single(b => b.TextContent == "Numbers as CSV").Click();
        var saved = (string)JSInterop.Invocations["portal.download"][^1].Arguments[1]!;
        Assert.StartsWith("task,rows in use", saved, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hidden_line_leaves_the_drawing_the_scale_and_the_numbers()
    {
        var chart = Chart();
        Assert.Equal(["small", "large", "short"], Drawn(chart));
        Assert.Contains(Formats.Count(1000), Labels(chart));
        chart.FindAll(".legend button").Single(b => b.TextContent.Trim() == "large").Click();
        Assert.Equal(["small", "short"], Drawn(chart));
        Assert.DoesNotContain(Formats.Count(1000), Labels(chart));
        Assert.Contains("10", Labels(chart));
        Assert.Equal("false", chart.FindAll(".legend button").Single(b => b.TextContent.Trim() == "large").GetAttribute("aria-pressed"));
        chart.Find("details.small").TriggerEvent("ontoggle", EventArgs.Empty);
        Assert.Equal(["stage", "small", "short"], chart.FindAll("thead th").Select(h => h.TextContent));
        chart.FindAll(".legend button").Single(b => b.TextContent.Trim() == "large").Click();
        Assert.Equal(["small", "large", "short"], Drawn(chart));
    }

    [Fact]
    public void Typed_ends_zoom_and_wrong_ones_are_refused_with_the_range()
    {
        var chart = Chart();
        chart.Find("input[name=from]").Change("4");
        chart.Find("input[name=to]").Change("6");
        chart.Find("form").Submit();
        Assert.Contains("stage 4–6", chart.Find(".tools > button").TextContent, StringComparison.Ordinal);
        Assert.Contains("600", Labels(chart));
        Assert.DoesNotContain(Formats.Count(1000), Labels(chart));
        Assert.Equal(["small", "large", "short"], chart.FindAll(".legend button").Select(b => b.TextContent.Trim()));
        chart.Find("input[name=from]").Change("9");
        chart.Find("form").Submit();
        Assert.Contains("within 1 to 10", chart.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        chart.Find(".tools > button").Click();
        Assert.Empty(chart.FindAll(".tools > button"));
        Assert.Contains(Formats.Count(1000), Labels(chart));
    }

    [Theory]
    [InlineData("2.4 7.6", "stage 2–8")] // whole stages
    [InlineData("-50 3", "stage 1–3")]
    [InlineData("0 99", "stage 1–10")]
    [InlineData("5 NaN", null)]
    [InlineData("7 3", null)]
    [InlineData("4 5 6", null)]
    [InlineData("<script> x", null)]
    [InlineData("", null)]
    public void What_the_browser_reports_of_a_drag_is_held_against_the_axis(string value, string? window)
    {
        var chart = Chart();
        chart.Find("input.dragged").Change(value);
        var shown = chart.FindAll(".tools > button").Select(b => b.TextContent.Trim()).SingleOrDefault();
        Assert.Equal(window, shown?.Replace(" ×", "", StringComparison.Ordinal));
        Assert.Equal(["small", "large", "short"], Drawn(chart).Union(["short"]));
    }

    [Fact]
    public void A_window_keeps_one_neighbour_on_each_side()
    {
        ChartPoint[] points = [.. Enumerable.Range(1, 10).Select(i => new ChartPoint(i, i))];
        Assert.Equal([3, 4, 5, 6, 7], ChartScale.Within(points, 3.5, 6.5).Select(p => p.X));
        Assert.Equal([3, 4, 5, 6, 7], ChartScale.Within(points, 4, 6).Select(p => p.X));
        Assert.Equal(points, ChartScale.Within(points, 0, 20));
        Assert.Equal([1], ChartScale.Within(points[..1], 5, 6).Select(p => p.X));
    }

    [Fact]
    public void One_stage_alone_has_no_stages_between()
    {
        var chart = Render<LineChart>(p => p.Add(c => c.Title, "F").Add(c => c.Series, [new ChartSeries("a", [new ChartPoint(2, 3)])]));
        Assert.DoesNotContain(Labels(chart), l => l.StartsWith("2.", StringComparison.Ordinal) && l != "2.5"); // 2.5 is a height
        Assert.Contains("2", Labels(chart));
    }

    [Fact]
    public void A_picture_is_asked_of_the_browser_with_its_title()
    {
        var chart = Render<LineChart>(p => p.Add(c => c.Title, "Loss").Add(c => c.Note, "mean").Add(c => c.Series, Series));
        chart.FindAll(".menu button").Single(b => b.TextContent == "Picture as PNG").Click();
        var call = JSInterop.Invocations["portal.saveChart"][^1];
        Assert.Equal([chart.Find("figure").Id, "loss.png", "png", "Loss (mean)"], call.Arguments);
    }
}
