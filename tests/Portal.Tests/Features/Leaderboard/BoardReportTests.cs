using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Shared.Runs;
using Xunit;
using static CllClip.Portal.Tests.Features.Leaderboard.BoardTestData;

namespace CllClip.Portal.Tests.Features.Leaderboard;

public class BoardReportTests
{
    private const string Evil = "<script>alert(1)</script> & \"x\"";
    private static readonly string[] Four = ["en", "de", "ja", "hi"];
    private static readonly DateTimeOffset At = new(2026, 3, 4, 5, 6, 0, TimeSpan.Zero);

    private static IDocument Report(BoardQuery query)
    {
        BoardEntry[] entries =
        [
            Entry("r 1", Four, Scores(Four, 1)) with
            {
                Label = Evil,
                Model = Evil,
                Cost = new(90, 1_500_000_000, 100, null, Evil),
                Provenance = new Provenance
                {
                    CodeVersion = "1.2.3",
                    DataRevision = "rev",
                    BaseModelHash = "hash",
                    Device = "cpu",
                    Machine = Evil,
                    Libraries = new Dictionary<string, string> { ["TorchSharp"] = "9" },
                },
            },
            Entry("r2", Four, Scores(Four, 2, stages: 2), configuration: "d", finished: false),
            .. PublishedResults.Instance.Entries,
        ];
        return new HtmlParser().ParseDocument(BoardReport.Html(BoardBuilder.Build(query, entries), "https://portal.example", At));
    }

    [Fact]
    public void One_file_needs_nothing_from_outside()
    {
        var report = Report(new BoardQuery { Plot = BoardAxis.Forgetting });
        Assert.Empty(report.QuerySelectorAll("script, link, img, iframe, object, embed, [src], [style*='url'], [onclick], [onload]"));
        Assert.All(report.QuerySelectorAll("style"), s => Assert.DoesNotMatch(@"url\(|@import", s.TextContent));
        Assert.Contains("prefers-color-scheme:dark", report.QuerySelector("head style")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("@media print", report.QuerySelector("head style")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(["https"], report.QuerySelectorAll("a").Select(a => new Uri(a.GetAttribute("href")!).Scheme).Distinct());
    }

    [Fact]
    public void It_holds_every_ranking_with_choices_date_version_and_link()
    {
        var query = new BoardQuery
        {
            Languages = ["de", "ja"],
            Method = "cll-clip",
            K = 1,
            Plot = BoardAxis.Forgetting,
        };
        var report = Report(query);
        Assert.Equal(4, report.QuerySelectorAll("h2").Length);
        Assert.NotEmpty(report.QuerySelectorAll("svg.pareto"));
        var head = report.QuerySelector("dl")!.TextContent;
        Assert.Contains("2026-03-04 05:06 UTC", head, StringComparison.Ordinal);
        Assert.Contains("2 languages: de, ja", head, StringComparison.Ordinal);
        Assert.Contains("method cll-clip", head, StringComparison.Ordinal);
        Assert.Equal(
            "https://portal.example/leaderboard" + BoardLink.Write(query),
            report.QuerySelectorAll("dd a").Single().GetAttribute("href")
        );
        Assert.Equal(
            ["#", "Method", "ART", "FT", "Fen", "de", "ja"],
            report.QuerySelector("table thead")!.QuerySelectorAll("th").Select(h => h.TextContent)
        );
    }

    [Fact]
    public void Every_row_says_where_it_comes_from()
    {
        var report = Report(new BoardQuery());
        var tables = report.QuerySelectorAll("h3").Where(h => h.TextContent.StartsWith("Where", StringComparison.Ordinal)).ToList();
        Assert.Equal(4, tables.Count);
        var own = tables[0].ParentElement!.QuerySelectorAll("tbody tr");
        Assert.Equal("https://portal.example/runs/r%201", own[0].QuerySelector("a")!.GetAttribute("href"));
        Assert.Contains("TorchSharp 9", own[0].TextContent, StringComparison.Ordinal);
        Assert.All(
            tables[1].ParentElement!.QuerySelectorAll("tbody tr"),
            r => Assert.StartsWith("published/xm3600_", r.QuerySelector("code")!.TextContent, StringComparison.Ordinal)
        );
        Assert.Equal(64 + 2, tables.Sum(t => t.ParentElement!.QuerySelectorAll("tbody tr").Length));
    }

    [Fact]
    public void Whatever_a_name_holds_is_text()
    {
        var report = Report(new BoardQuery { Text = "alert", Plot = BoardAxis.Time });
        Assert.Empty(report.QuerySelectorAll("script"));
        Assert.Contains(Evil, report.QuerySelector("th.name[scope=row]")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("text “alert”", report.QuerySelector("dl")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_fits_it_says_so() =>
        Assert.Contains("No result fits", Report(new BoardQuery { Text = "nowhere" }).Body!.TextContent, StringComparison.Ordinal);
}
