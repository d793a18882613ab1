using Bunit;
using CllClip.Portal.Features.Home;
using CllClip.Shared.Languages;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Features.Home;

public sealed class HomePageTests : PageContext
{
    [Fact]
    public void Best_results_are_ranked_among_runs_over_the_same_languages()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        Desk.Add(SampleDesk.Run("36", languages: LanguageCatalog.PaperOrder) with { Shipped = true }, 36);
        Desk.Add(SampleDesk.Run("2", method: "joint"), 6);
        Desk.Scores["2"] = [.. Desk.Scores["1"].Where(s => s.Stage == 6).Select(s => s with { Stage = 1, Recall = s.Recall + 10 })];
        var groups = Render<HomePage>().FindAll(".best tbody");
        Assert.Equal(["Emoji36 · 36 languages", "Emoji36 · 6 languages"], groups.Select(g => Text(g.QuerySelector("th")!)));
        Assert.Equal(["/runs/2", "/runs/1"], groups[1].QuerySelectorAll("td a").Select(a => a.GetAttribute("href")));
        Assert.Equal(["1", "2"], groups[1].QuerySelectorAll(".place").Select(p => p.TextContent));
    }

    [Fact]
    public void Unfinished_runs_are_not_among_the_best_and_a_finish_is_seen_at_once()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Running), 2);
        var page = Render<HomePage>();
        Assert.Empty(page.FindAll(".best"));
        Desk.Runs.Clear();
        Desk.Add(SampleDesk.Run("1"), 6);
        Desk.Send(new StateMessage("1", RunState.Completed, "All tasks are done.", DateTime.UtcNow));
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".best tbody")), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void With_nothing_here_the_doors_and_the_first_step_are_shown()
    {
        var page = Render<HomePage>();
        Assert.Equal(["/search", "/launch", "/leaderboard"], page.FindAll(".door").Select(d => d.GetAttribute("href")));
        Assert.Contains("Nothing is finished here yet", page.Markup, StringComparison.Ordinal);
        Assert.NotNull(page.Find("svg.method-picture"));
    }
}
