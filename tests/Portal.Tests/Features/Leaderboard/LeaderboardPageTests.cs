using AngleSharp.Dom;
using Bunit;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Shared.Languages;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Leaderboard;

public sealed class LeaderboardPageTests : PageContext
{
    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    private IRenderedComponent<LeaderboardPage> Open(string query = "")
    {
        Navigation.NavigateTo("/leaderboard" + query);
        return Render<LeaderboardPage>();
    }

    private static IEnumerable<string> Headings(IRenderedComponent<LeaderboardPage> page) =>
        page.FindAll(".board h2").Select(h => string.Join(' ', h.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));

    private static IElement Row(IRenderedComponent<LeaderboardPage> page, string name) =>
        page.FindAll("tbody tr").First(r => Text(r.QuerySelector(".label")!) == name);

    [Fact]
    public void Without_a_run_the_published_rows_stand_there_and_the_page_says_what_to_do()
    {
        var page = Open();
        Assert.Equal(["XM3600 · 36 languages", "MSCOCO36 · 36 languages", "Flickr30k · 4 of 36 languages"], Headings(page));
        Assert.Contains("Launch the Tour", Text(page.Find(".notice")), StringComparison.Ordinal);
        Assert.All(page.FindAll("tbody tr"), r => Assert.NotNull(r.QuerySelector("a.source[href^='https://arxiv.org']")));
    }

    [Fact]
    public void Own_and_published_rows_have_rankings_of_their_own_with_their_protocol()
    {
        Desk.Add(SampleDesk.Run("36", languages: LanguageCatalog.PaperOrder) with { Shipped = true }, 36);
        Desk.Add(SampleDesk.Run("1"), 6);
        var page = Open();
        Assert.Equal(
            [
                "Emoji36 · 36 languages",
                "Emoji36 · 6 languages",
                "XM3600 · 36 languages",
                "MSCOCO36 · 36 languages",
                "Flickr30k · 4 of 36 languages",
            ],
            Headings(page)
        );
        Assert.Equal(
            ["protocol emoji36", "protocol emoji36", "protocol all-captions", "protocol all-captions", "protocol all-captions"],
            page.FindAll(".protocol-badge").Select(b => b.TextContent)
        );
        Assert.All(page.FindAll("table"), t => Assert.Equal("1", t.QuerySelector("tbody .place")!.TextContent));
        var own = page.FindAll("table")[0].QuerySelector("tbody tr")!;
        Assert.Equal("/runs/36", own.QuerySelector("a.label")!.GetAttribute("href"));
        Assert.Contains("shipped", Text(own), StringComparison.Ordinal);
        Assert.Equal(36, own.QuerySelectorAll("td[class^='heat-']").Length);
    }

    [Fact]
    public void The_papers_figures_stand_in_the_table_as_published()
    {
        var page = Open("?dataset=xm3600");
        var cells = page.FindAll("tbody tr")
            .Single(r => Text(r.QuerySelector(".label")!) == "CLL-CLIP" && r.QuerySelector(".chip.accent") is not null)
            .QuerySelectorAll("td.sum");
        Assert.Equal("24.3", Text(cells[0]));
        Assert.Equal("12.5", Text(cells[1]));
    }

    [Fact]
    public void Languages_are_named_in_their_own_script_with_lang_dir_and_code()
    {
        var head = Open("?dataset=xm3600").FindAll("th.lang").Single(h => Text(h.QuerySelector(".lang-code")!) == "ar");
        var name = head.QuerySelector("bdi")!;
        Assert.Equal(("العربية", "ar", "rtl"), (name.TextContent, name.GetAttribute("lang"), name.GetAttribute("dir")));
    }

    [Fact]
    public void Choosing_languages_goes_to_a_link_that_holds_them_and_recomputes_the_means()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        var page = Open("?dataset=emoji36");
        var all = Row(page, "CLL-CLIP").QuerySelector("td.sum")!.FirstChild!.TextContent;
        page.FindAll(".codes button").First(b => b.TextContent.Contains("Deutsch", StringComparison.Ordinal)).Click();
        Assert.EndsWith("/leaderboard?dataset=emoji36&languages=de", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Single(page.FindAll("th.lang")));
        page.FindAll(".codes button").First(b => b.TextContent.Contains("Suomi", StringComparison.Ordinal)).Click();
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll("th.lang").Count));
        var expected = Desk.Scores["1"].Where(s => s is { Stage: 6, K: 1, Language: "de" or "fi" }).Where(s => s.Direction == default);
        var shown = Row(page, "CLL-CLIP").QuerySelector("td.sum")!.FirstChild!.TextContent;
        Assert.Equal(CllClip.Portal.Layout.Components.Formats.Percent(expected.Average(s => s.Recall)), shown);
        Assert.NotEqual(all, shown);
        Assert.Contains("2 of 6 languages", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_choice_writes_the_address_and_a_link_opens_with_its_choices()
    {
        var page = Open();
        page.FindAll(".seg button").First(b => b.TextContent == "R@10").Click();
        page.WaitForAssertion(() => Assert.EndsWith("?k=10", Navigation.Uri, StringComparison.Ordinal));
        page.WaitForElement("select:first-of-type").Change("xm3600");
        page.WaitForAssertion(() => Assert.EndsWith("?dataset=xm3600&k=10", Navigation.Uri, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Equal(["XM3600 · 36 languages"], Headings(page)));

        var again = Open("?dataset=xm3600&direction=i2t&k=5&at=own&method=er&teir=true&sort=de&order=desc");
        Assert.Equal(
            ["image → text", "R@5", "right after its own", "paper"],
            again.FindAll(".seg button[aria-pressed=true]").Select(b => b.TextContent)
        );
        Assert.Equal("ER", Text(Assert.Single(again.FindAll("tbody .label"))));
        Assert.Equal(
            "ascending",
            again
                .FindAll("th.lang")
                .Single(h => h.TextContent.Contains("de", StringComparison.Ordinal) && h.HasAttribute("aria-sort"))
                .GetAttribute("aria-sort")
        );
        Assert.All(
            again.FindAll(".menu a"),
            a => Assert.StartsWith("/api/v1/leaderboard?dataset=xm3600&direction=i2t&k=5", a.GetAttribute("href"), StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Each_column_sorts_and_turns_round()
    {
        var page = Open("?dataset=coco");
        foreach (var column in new[] { "name", "average", "forgetting", "ar", "forgetting-en", "ja" })
        {
            Navigation.NavigateTo(
                page.FindAll("thead a.sort")
                    .Single(a => a.GetAttribute("href")!.EndsWith("sort=" + column, StringComparison.Ordinal))
                    .GetAttribute("href")!
            );
            page.WaitForAssertion(() => Assert.Single(page.FindAll("thead th[aria-sort]")));
            var first = page.FindAll("thead th[aria-sort]").Single().GetAttribute("aria-sort");
            Navigation.NavigateTo(page.FindAll("thead a.sort.here").Single().GetAttribute("href")!);
            page.WaitForAssertion(() => Assert.NotEqual(first, page.FindAll("thead th[aria-sort]").Single().GetAttribute("aria-sort")));
        }
    }

    [Fact]
    public void Seeds_of_one_configuration_are_one_row_with_mean_and_deviation()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        Desk.Add(SampleDesk.Run("2") with { Seed = 2 }, 6);
        Desk.Scores["2"] = [.. Desk.Scores["2"].Select(s => s with { Recall = s.Recall + 2 })];
        var page = Open("?dataset=emoji36");
        var row = Assert.Single(page.FindAll("tbody tr"));
        Assert.Contains("2 seeds: 1, 2", Text(row), StringComparison.Ordinal);
        Assert.Equal("±1.4", row.QuerySelector("td.sum .dev")!.TextContent);
        Assert.Equal(["/runs/1", "/runs/2"], row.QuerySelectorAll(".seeds a").Select(a => a.GetAttribute("href")));
    }

    [Fact]
    public void Rows_of_one_method_say_what_sets_them_apart()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        Desk.Add(SampleDesk.Run("2") with { Epochs = 3 }, 6);
        var details = Open("?dataset=emoji36").FindAll("tbody .detail").Select(d => d.TextContent);
        Assert.Equal(["epochs 3", "epochs 6"], details.Order());
    }

    [Fact]
    public void Intervals_stand_under_the_average_and_are_told_of_every_cell()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        var page = Open("?dataset=emoji36");
        var average = Desk.Scores["1"].Where(s => s is { Stage: 6, K: 1 } && s.Direction == default).ToList();
        var error = Math.Sqrt(average.Sum(s => s.Recall / 100 * (1 - (s.Recall / 100)) / s.N)) / average.Count * 196;
        var mean = average.Average(s => s.Recall);
        Assert.Equal(
            System.FormattableString.Invariant($"{mean - error:0.0}–{mean + error:0.0}°"),
            page.Find("tbody td.sum .ci").TextContent
        );
        Assert.Contains("independent", Text(page.Find(".legend")), StringComparison.Ordinal);
        Assert.Matches(
            @"German: [\d.]+ % \(95 % interval [\d.]+–[\d.]+, 1.294 queries\)",
            page.Find("tbody td[title^='German']").GetAttribute("title")
        );
        Assert.Equal("No row is significantly better", page.Find("tbody .place").GetAttribute("title"));
        Assert.Contains("significantly better", Text(page.Find(".places")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_preset_fills_the_choice_of_languages_and_is_named()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        var page = Open("?dataset=emoji36");
        page.FindAll(".presets button").First(b => Text(b) == "high (classes 4, 5) 22").Click();
        page.WaitForAssertion(() => Assert.Contains("languages=en,it,de,", Navigation.Uri, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Equal("Resources: high (classes 4, 5)", Text(page.Find("details.languages summary .chip"))));
        Assert.Equal("high (classes 4, 5) 22", Text(page.Find(".presets button[aria-pressed=true]")));
        Assert.Contains("22 languages", Text(page.Find("details.languages summary")), StringComparison.Ordinal);
        Assert.Equal("Script: Arabic", Text(Open("?languages=script-arabic").Find("details.languages summary .chip")));
    }

    [Fact]
    public void Another_definition_of_forgetting_is_a_choice_in_the_address_with_its_formula()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        var page = Open("?dataset=emoji36");
        Assert.Equal(3, page.FindAll(".formulas dt").Count);
        page.FindAll(".seg button").First(b => b.TextContent == "Avalanche").Click();
        page.WaitForAssertion(() => Assert.EndsWith("metric=avalanche", Navigation.Uri, StringComparison.Ordinal));
        var scores = Desk.Scores["1"].Where(s => s.K == 1 && s.Direction == default).ToList();
        double At(int stage, string language) => scores.Single(s => s.Stage == stage && s.Language == language).Recall;
        var expected = LanguageCatalog.Tour.Take(5).Select((l, i) => At(i + 1, l) - At(6, l)).Average();
        page.WaitForAssertion(() =>
            Assert.Equal(
                CllClip.Portal.Layout.Components.Formats.Percent(expected),
                Row(page, "CLL-CLIP").QuerySelectorAll("td.sum")[1].FirstChild!.TextContent
            )
        );
    }

    [Fact]
    public void The_plot_has_a_point_and_a_line_of_numbers_for_every_row_and_leads_to_it()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        Desk.Add(SampleDesk.Run("2", method: "er"), 6);
        var page = Open("?dataset=emoji36&plot=time");
        var points = page.FindAll(".plot a.point");
        Assert.Equal(2, points.Count);
        Assert.Equal(2, page.FindAll(".plot tbody tr").Count);
        Assert.All(
            points,
            p =>
            {
                Assert.Contains("training time", p.GetAttribute("aria-label"), StringComparison.Ordinal);
                Assert.NotNull(page.Find("#" + p.GetAttribute("href")!.Split('#')[1]));
                Assert.StartsWith("/leaderboard?dataset=emoji36&plot=time#", p.GetAttribute("href"), StringComparison.Ordinal);
            }
        );
        page.FindAll(".plot th button").Single(b => Text(b).StartsWith("Method", StringComparison.Ordinal)).Click();
        Assert.Equal(
            page.FindAll(".plot tbody th a").Select(a => a.TextContent).Order(StringComparer.CurrentCulture),
            page.FindAll(".plot tbody th a").Select(a => a.TextContent)
        );
        page.FindAll(".plot figcaption button").Single().Click();
        var saved = JSInterop.Invocations.Single(i => i.Identifier == "portal.download");
        Assert.Equal("pareto-emoji36-time.svg", saved.Arguments[0]);
        Assert.Contains("</svg>", (string)saved.Arguments[1]!, StringComparison.Ordinal);
        Assert.Contains(
            "published results come without it",
            Text(Open("?dataset=xm3600&plot=memory").Find(".plot")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_running_run_is_shown_unranked_and_its_row_fills_in_live()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        Desk.Add(SampleDesk.Run("2", RunState.Running) with { Seed = 2 }, 2);
        var page = Open("?dataset=emoji36");
        Assert.Equal(["1", "–"], page.FindAll("tbody .place").Select(p => p.TextContent));
        Assert.Contains("running, 2 of 6 tasks done", page.Markup, StringComparison.Ordinal);
        Desk.Runs[1] = SampleDesk.Run("2") with { Seed = 2 };
        Desk.Scores["2"] = Desk.Scores["1"];
        Desk.Stages["2"] = Desk.Stages["1"];
        Desk.Send(new StateMessage("2", RunState.Completed, "All tasks are done.", DateTime.UtcNow));
        page.WaitForAssertion(() => Assert.Contains("2 seeds", page.Markup, StringComparison.Ordinal), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Wrong_choices_in_the_address_are_named_and_the_rest_is_shown()
    {
        var page = Open("?dataset=nope&k=3&direction=i2t");
        Assert.Equal(2, page.FindAll(".notice li").Count);
        Assert.Contains("'nope'", Text(page.Find(".notice")), StringComparison.Ordinal);
        Assert.Equal(3, page.FindAll(".board").Count);
    }

    [Fact]
    public void Nothing_that_fits_leads_back()
    {
        var page = Open("?source=own");
        Assert.Empty(page.FindAll("table"));
        Assert.NotNull(page.Find(".empty a[href='/launch']"));
        Assert.NotNull(page.Find(".empty a[href='/leaderboard']"));
    }

    [Fact]
    public void Leaving_the_page_ends_its_subscription()
    {
        var page = Open();
        Assert.Equal(1, Desk.Watchers);
        page.Instance.Dispose();
        Assert.Equal(0, Desk.Watchers);
    }
}
