using System.Globalization;
using System.Xml.Linq;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Localization;
using Xunit;
using static CllClip.Portal.Tests.Features.Leaderboard.BoardTestData;

namespace CllClip.Portal.Tests.Features.Leaderboard;

public class BoardPlotTests
{
    private static readonly string[] Four = ["en", "de", "ja", "hi"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_front_equals_a_naive_search(int seed)
    {
        var random = new Random(seed);
        // coarse, so that values coincide
        var points = Enumerable.Range(0, 60).Select(_ => ((double)random.Next(12), (double)random.Next(12))).ToList();
        var naive = points
            .Select(p => !points.Any(q => q.Item1 <= p.Item1 && q.Item2 >= p.Item2 && (q.Item1 < p.Item1 || q.Item2 > p.Item2)))
            .ToArray();
        Assert.Equal(naive, BoardPlot.Front(points));
        Assert.Empty(BoardPlot.Front([]));
    }

    private static BoardGroup Group(params (string Id, RunCost? Cost)[] runs) =>
        BoardBuilder
            .Build(
                new BoardQuery(),
                runs.Select(
                    (r, i) => Entry(r.Id, Four, Scores(Four, i + 1), configuration: r.Id) with { Cost = r.Cost, Label = $"<{r.Id}> & co" }
                )
            )
            .Groups.Single();

    private static RunCost Cost(double seconds, string machine = "m") =>
        new(seconds, 2_000_000_000, 5000, seconds > 600 ? 2_500_000 : null, machine);

    [Fact]
    public void Points_are_the_rows_that_have_both_values()
    {
        var group = Group(("a", Cost(600)), ("b", null), ("c", Cost(6000, "other")));
        var plot = BoardPlot.Of(group, BoardAxis.Time);
        Assert.Equal(("min", 1, "training time (min)"), (plot.Unit, plot.LeftOut, plot.XLabel(PageText.English)));
        Assert.Equal(["m", "other"], plot.Machines);
        Assert.Equal([10.0, 100.0], plot.Points.Select(p => p.X).Order());
        Assert.Equal([1, 2], plot.Points.Select(p => p.Number));
        Assert.True(plot.Points[0].Y >= plot.Points[1].Y);
        Assert.Equal(3, BoardPlot.Of(group, BoardAxis.Forgetting).Points.Count);
        Assert.Equal("2 GB", BoardPlot.Of(group, BoardAxis.Memory).Text(2, PageText.English));
        Assert.Equal(5000, BoardPlot.Of(group, BoardAxis.Vocabulary).Points[0].X);
        var parameters = BoardPlot.Of(group, BoardAxis.Parameters); // runs from before they were counted have none
        Assert.Equal((2.5, 2, "2.5 M"), (parameters.Points.Single().X, parameters.LeftOut, parameters.Text(2.5, PageText.English)));
    }

    [Fact]
    public void A_drawing_is_whole_alone_and_has_every_point_within_it()
    {
        var plot = BoardPlot.Of(Group(("a", Cost(1)), ("b", Cost(2)), ("c", Cost(3))), BoardAxis.Forgetting);
        var svg = XElement.Parse(ParetoSvg.Alone(plot, "A & B", PageText.English));
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Equal("A & B", svg.Attribute("aria-label")!.Value);
        var circles = svg.Descendants(ns + "circle").ToList();
        Assert.Equal(3, circles.Count);
        Assert.All(
            circles,
            c =>
            {
                Assert.InRange(double.Parse(c.Attribute("cx")!.Value, CultureInfo.InvariantCulture), 46, 624);
                Assert.InRange(double.Parse(c.Attribute("cy")!.Value, CultureInfo.InvariantCulture), 14, 276);
            }
        );
        Assert.Contains(svg.Descendants(ns + "title"), t => t.Value.StartsWith("<a> & co, AR ", StringComparison.Ordinal));
        Assert.DoesNotContain(svg.DescendantsAndSelf().Attributes(), a => a.Name.LocalName is "href" or "src");
        var linked = XElement.Parse(ParetoSvg.Linked(plot, "t", p => $"/x?a=1&b=2#{p.Number}", PageText.English));
        Assert.Equal(
            ["/x?a=1&b=2#1", "/x?a=1&b=2#2", "/x?a=1&b=2#3"],
            linked.Descendants(ns + "a").Select(a => a.Attribute("href")!.Value).Order()
        );
    }

    [Fact]
    public void A_ranking_of_one_row_or_none_can_be_drawn()
    {
        Assert.NotNull(XElement.Parse(ParetoSvg.Alone(BoardPlot.Of(Group(("a", Cost(5))), BoardAxis.Time), "one", PageText.English)));
        Assert.NotNull(XElement.Parse(ParetoSvg.Alone(BoardPlot.Of(Group(("a", null)), BoardAxis.Time), "none", PageText.English)));
    }
}
