using Bunit;
using CllClip.Portal.Features.Sweeps;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Features.Sweeps;

public sealed class SweepPageTests : PageContext
{
    private IRenderedComponent<SweepPage> Open(string id) => Render<SweepPage>(p => p.Add(s => s.Id, id));

    private void Add(string id, string method, int seed, double recall, double forgetting, RunState state = RunState.Completed) =>
        Desk.Add(
            SampleDesk.Run(id, state, method) with
            {
                Seed = seed,
                SweepId = "s",
                SweepName = "Methods",
                Summary = new() { ArT2i = recall, ForgettingT2i = forgetting },
            },
            1
        );

    [Fact]
    public void Configurations_stand_with_their_figures_sortable_and_the_best_is_marked()
    {
        Add("1", "er", 1, 10, 3);
        Add("2", "er", 2, 14, 5);
        Add("3", "cll-clip", 1, 20, 9);
        var page = Open("s");
        Assert.Equal("Methods", Text(page.Find("h1")));
        string[] Rows() => [.. page.FindAll(".configurations tbody tr").Select(Text)];
        Assert.Contains("20.0 (best)", Rows()[0], StringComparison.Ordinal); // by AR, the highest first
        Assert.Contains("12.0 ± 2.8", Rows()[1], StringComparison.Ordinal);
        Assert.Contains("4.0 ± 1.4 (best)", Rows()[1], StringComparison.Ordinal);
        page.FindAll(".configurations button.sort").Single(b => b.TextContent.StartsWith("Done", StringComparison.Ordinal)).Click();
        Assert.Contains("2 of 2", Rows()[0], StringComparison.Ordinal);
        var links = page.FindAll(".page-head a").Select(a => a.GetAttribute("href")!).ToList();
        Assert.Contains("/compare?runs=1,3", links);
        Assert.Contains("/leaderboard?dataset=emoji36", links);
        Assert.Contains("/runs?sweep=s", links);
        Assert.Equal(3, page.FindAll("table.runs tbody tr").Count);
    }

    [Fact]
    public void The_whole_sweep_is_stopped_and_resumed_and_progress_arrives()
    {
        Add("1", "er", 1, 10, 3);
        Add("2", "er", 2, 0, 0, RunState.Running);
        Add("3", "er", 3, 0, 0, RunState.Queued);
        Add("4", "er", 4, 0, 0, RunState.Failed);
        var page = Open("s");
        Desk.Send(
            new ProgressMessage(
                "2",
                1,
                new RunProgress(4, 6, "hi", "training", 1, 6, 2, 174, 0.6, 90, 1800),
                new Dictionary<string, double>()
            )
        );
        page.WaitForAssertion(() =>
            Assert.Equal("40", page.Find("[aria-label=Progress] [role=progressbar]").GetAttribute("aria-valuenow"))
        ); // (1 + 0.6) / 4
        page.FindAll(".page-head button").Single(b => Text(b) == "Stop all").Click();
        page.WaitForAssertion(() =>
        {
            Assert.Equal([("stop", "2"), ("stop", "3")], Desk.Asked);
            Assert.False(page.FindAll(".page-head button").Single(b => Text(b) == "Resume the rest").HasAttribute("disabled"));
        });
        page.FindAll(".page-head button").Single(b => Text(b) == "Resume the rest").Click();
        page.WaitForAssertion(() => Assert.Equal([("stop", "2"), ("stop", "3"), ("resume", "4")], Desk.Asked));
        Assert.True(page.FindAll(".page-head button").Single(b => Text(b) == "Delete all").HasAttribute("disabled"));
        page.Instance.Dispose();
        Assert.Equal(0, Desk.Watchers);
    }

    [Fact]
    public void A_sweep_that_is_not_there_offers_the_next_step() =>
        Assert.Contains("There is no such sweep", Open("gone").Markup, StringComparison.Ordinal);
}
