using Bunit;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Tests.Features.Search;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Xunit;

namespace CllClip.Portal.Tests.Features.Runs;

public sealed class RunPagesTests : PageContext
{
    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    private IRenderedComponent<RunPage> Open(string id) => Render<RunPage>(p => p.Add(r => r.Id, id));

    [Fact]
    public void A_run_whose_checkpoints_were_pruned_says_when_and_what_one_can_do()
    {
        Desk.Add(SampleDesk.Run("pruned") with { CheckpointsPrunedAt = new DateTime(2026, 11, 24, 3, 4, 5, DateTimeKind.Utc) }, 6);
        var page = Open("pruned");
        page.WaitForState(() => page.FindAll(".notice").Count > 0);
        Assert.Contains("were pruned on 2026-11-24", page.Markup, StringComparison.Ordinal);
        Assert.Contains("run it again", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Search with it", page.Markup, StringComparison.Ordinal);
    }

    private static string[] Buttons(IRenderedComponent<RunPage> page) => [.. page.FindAll(".page-head .actions > .btn").Select(Text)];

    [Fact]
    public void Without_runs_the_list_says_what_to_do()
    {
        var page = Render<RunsPage>();
        Assert.Contains("No runs yet", page.Markup, StringComparison.Ordinal);
        Assert.Equal("/launch", page.Find(".empty a").GetAttribute("href"));
    }

    [Fact]
    public void The_list_shows_state_method_figures_and_progress()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        Desk.Add(SampleDesk.Run("2", RunState.Running), 2);
        Desk.Add(SampleDesk.Run("3", RunState.Failed), 1);
        var rows = Render<RunsPage>().FindAll("tbody tr");
        Assert.Contains("Completed", Text(rows[0]), StringComparison.Ordinal);
        Assert.Contains("19.2", Text(rows[0]), StringComparison.Ordinal);
        Assert.Equal("41", rows[1].QuerySelector("[role=progressbar]")!.GetAttribute("aria-valuenow"));
        Assert.Contains("2 min 23 s", Text(rows[1]), StringComparison.Ordinal);
        Assert.Contains("No space left", Text(rows[2]), StringComparison.Ordinal);
    }

    [Fact]
    public void Filter_sort_and_page_stand_in_the_address_and_reach_the_query()
    {
        for (var i = 1; i <= 30; i++)
        {
            Desk.Add(SampleDesk.Run(i.ToString(System.Globalization.CultureInfo.InvariantCulture)), 0);
        }
        Navigation.NavigateTo("/runs?state=Completed&q=teir&sort=-ar&page=2");
        var page = Render<RunsPage>();
        Assert.Equal(
            (RunState.Completed, "teir", "ar", true, 25),
            (Desk.LastFilter!.State, Desk.LastFilter.Search, Desk.LastFilter.Sort, Desk.LastFilter.Descending, Desk.LastFilter.Skip)
        );
        Assert.Equal(5, page.FindAll("tbody tr").Count);
        page.FindAll("button.sort").Single(b => b.TextContent.StartsWith("AR", StringComparison.Ordinal)).Click();
        Assert.Contains("sort=ar", Navigation.Uri, StringComparison.Ordinal);
        page.Find("select[aria-label=State]").Change("Failed");
        Assert.Contains("state=Failed", Navigation.Uri, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/runs?page=9", 30, 5)]
    [InlineData("/runs?page=2&state=Completed", 25, 25)] // the last page was deleted empty
    public void A_page_past_the_end_shows_the_last_one(string address, int runs, int shown)
    {
        for (var i = 1; i <= runs; i++)
        {
            Desk.Add(SampleDesk.Run(i.ToString(System.Globalization.CultureInfo.InvariantCulture)), 0);
        }
        Navigation.NavigateTo(address);
        var page = Render<RunsPage>();
        page.WaitForAssertion(() => Assert.Equal(shown, page.FindAll("tbody tr").Count));
        Assert.DoesNotContain("No runs yet", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("page=9", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Live_progress_reaches_the_list_through_one_subscription_that_ends_with_the_page()
    {
        Desk.Add(SampleDesk.Run("2", RunState.Running), 2);
        var page = Render<RunsPage>();
        Assert.Equal(1, Desk.Watchers);
        Desk.Send(
            new ProgressMessage(
                "2",
                5,
                new RunProgress(4, 6, "hi", "training", 1, 6, 2, 174, 0.55, 90, 1800),
                new Dictionary<string, double>()
            )
        );
        page.WaitForAssertion(() => Assert.Equal("55", page.Find("[role=progressbar]").GetAttribute("aria-valuenow")));
        page.Instance.Dispose();
        Assert.Equal(0, Desk.Watchers);
    }

    [Fact]
    public void Matrix_curves_and_table_follow_the_choice_of_the_test_set()
    {
        Desk.Add(SampleDesk.Run("0"), 6);
        Assert.Empty(Open("0").FindAll("[aria-label='Test set']"));
        Desk.Add(SampleDesk.Run("1") with { TestSets = ["xm3600"] }, 6);
        var own = Desk.Scores["1"];
        own.AddRange(
            own.Where(s => s.Language != "ja")
                .Select(s => s with { Dataset = "xm3600", Protocol = "all-captions", Recall = s.Recall / 2 })
                .ToList()
        );
        var page = Open("1");
        string[] Columns() => [.. page.FindAll(".matrix thead th").Skip(3).Select(Text)];
        double First() =>
            double.Parse(page.Find(".matrix tbody td[class^=heat]").TextContent, System.Globalization.CultureInfo.InvariantCulture);
        var (columns, first) = (Columns(), First());
        Assert.Equal(6, columns.Length);
        Assert.Equal(["Emoji36", "XM3600"], page.FindAll("[aria-label='Test set'] button").Select(Text));
        page.FindAll("[aria-label='Test set'] button")[1].Click();
        Assert.Equal("true", page.FindAll("[aria-label='Test set'] button")[1].GetAttribute("aria-pressed"));
        Assert.Equal(columns.Where(c => c != "ja"), Columns());
        Assert.Equal(first / 2, First(), 1);
        Assert.Contains("R@1, %, on XM3600", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "日本語",
            Text(page.FindAll("section.card").Single(c => Text(c).StartsWith("Forgetting by", StringComparison.Ordinal))),
            StringComparison.Ordinal
        );
        Assert.Contains("protocol all-captions", page.Find(".matrix caption").TextContent, StringComparison.Ordinal);
        // The headline stays that of the run's own data set.
        Assert.Contains("19.2", Text(page.Find("[aria-label=Progress]")), StringComparison.Ordinal);
        page.FindAll("[aria-label='Test set'] button")[0].Click();
        Assert.Equal(first, First());
    }

    [Fact]
    public void Curves_and_table_follow_the_switches_of_the_matrix_and_say_so()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        var page = Open("1");
        AngleSharp.Dom.IElement Card(string title) =>
            page.FindAll("section.card").Single(c => Text(c).StartsWith(title, StringComparison.Ordinal));
        double Best() =>
            double.Parse(Card("Forgetting by").QuerySelector("tbody td")!.TextContent, System.Globalization.CultureInfo.InvariantCulture);
        var first = Best();
        Assert.Contains("R@1, text → image, %", Text(Card("Each language")), StringComparison.Ordinal);
        page.FindAll("[aria-label='Recall at'] button")[2].Click(); // R@10 is twice R@1 in the sample
        Assert.Equal(2 * first, Best(), 0.15);
        page.FindAll("[aria-label=Direction] button")[1].Click();
        Assert.Equal(1.8 * first, Best(), 0.15);
        Assert.Contains("R@10, image → text, %", Text(Card("Each language")), StringComparison.Ordinal);
        Assert.Contains("R@10, image → text, %", Text(Card("Forgetting by")), StringComparison.Ordinal);
        Assert.Contains("best earlier R@10 minus that of the stage, image → text", Text(Card("Forgetting of")), StringComparison.Ordinal);
        Assert.Contains("R@10, %", Text(Card("Average recall")), StringComparison.Ordinal);
        Card("Each language").QuerySelectorAll("button").Single(b => Text(b) == "Numbers as CSV").Click();
        var chart = JSInterop.Invocations["portal.download"][^1].Arguments;
        Assert.Equal("run-1-languages-i2t-r10.csv", chart[0]);
        var lines = ((string)chart[1]!).Split('\n');
        Assert.EndsWith(",direction,k,protocol,dataset", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(",i2t,10,emoji36,emoji36", lines[1], StringComparison.Ordinal);
        Card("Forgetting by").QuerySelectorAll("button").Single(b => Text(b) == "Table as CSV").Click();
        var table = JSInterop.Invocations["portal.download"][^1].Arguments;
        Assert.Equal("run-1-forgetting-i2t-r10.csv", table[0]);
        Assert.Contains(",10,i2t,emoji36", (string)table[1]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_whose_queries_are_not_known_are_no_links_and_the_page_says_why_once_with_the_next_step()
    {
        Desk.Add(SampleDesk.Run("1"), 3);
        Assert.Equal(6, Open("1").FindAll(".matrix td a").Count);
        Desk.Unanswered["1"] = [1, 2, 3];
        var page = Open("1");
        Assert.Empty(page.FindAll(".matrix td a"));
        Assert.Equal(6, page.FindAll(".matrix td[title]").Count);
        Assert.DoesNotContain("A cell opens its queries", page.Markup, StringComparison.Ordinal);
        Assert.Contains("its cells open nothing", page.Markup, StringComparison.Ordinal);
        Assert.Equal("/launch?from=1", page.FindAll("a").Single(a => Text(a) == "Run it again to see its queries").GetAttribute("href"));

        Desk.Unanswered["1"] = [1];
        page = Open("1");
        Assert.Equal(5, page.FindAll(".matrix td a").Count);
        Assert.Contains("Of some stages", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_viewer_is_not_sent_to_a_form_that_refuses()
    {
        Desk.Add(SampleDesk.Run("1"), 3);
        Desk.Unanswered["1"] = [1, 2, 3];
        Visitor.Role = CllClip.Portal.Access.Role.Viewer;
        Assert.DoesNotContain("/launch?from=", Open("1").Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Chosen_runs_are_stopped_together()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Running), 1);
        Desk.Add(SampleDesk.Run("2", RunState.Running), 1);
        var page = Render<RunsPage>();
        page.Find("[aria-label='Choose all runs shown']").Change(true);
        page.FindAll(".chosen-bar button").Single(b => b.TextContent == "Stop").Click();
        Assert.Equal([("stop", "1"), ("stop", "2")], Desk.Asked);
    }

    [Fact]
    public void The_table_exports_as_CSV_without_formulas()
    {
        var csv = RunsExport.Table([SampleDesk.Run("1") with { Name = "=HYPERLINK(\"x\"),1" }]).ToCsv();
        Assert.Contains("\"'=HYPERLINK(\"\"x\"\"),1\"", csv, StringComparison.Ordinal);
        Assert.Contains("19.24", csv, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_not_there_offers_the_next_step() =>
        Assert.Contains("There is no such run", Open("gone").Markup, StringComparison.Ordinal);

    [Theory]
    [InlineData(RunState.Queued, "Stop|Run again with changes|Delete")]
    [InlineData(RunState.Running, "Stop|Run again with changes")]
    [InlineData(RunState.Stopping, "Run again with changes")]
    [InlineData(RunState.Stopped, "Resume|Run again with changes|Delete")]
    [InlineData(RunState.Failed, "Resume|Run again with changes|Delete")]
    [InlineData(RunState.Completed, "Search with it|Run again with changes|Check the checkpoint|Delete")]
    public void Each_state_offers_what_can_be_done_in_it(RunState state, string buttons)
    {
        Desk.Add(SampleDesk.Run("1", state), 2);
        Searching.Checkpoints.AddRange(SampleSearch.Run("1", "Run 1", 2));
        Assert.Equal(buttons.Split('|'), Buttons(Open("1")));
    }

    [Fact]
    public void A_failed_run_says_why_with_the_remedy_on_top()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Failed), 2);
        var page = Open("1");
        Assert.Contains("Free 200 MB", page.Find(".notice.error[role=alert]").TextContent, StringComparison.Ordinal);
        page.FindAll(".btn").Single(b => Text(b) == "Resume").Click();
        page.WaitForAssertion(() => Assert.Contains(("resume", "1"), Desk.Asked)); // the page may be drawing itself on another thread
    }

    [Fact]
    public void A_checkpoint_that_is_damaged_is_trained_again_where_the_person_wants_it()
    {
        Desk.Add(SampleDesk.Run("1"), 2);
        Searching.Checkpoints.AddRange(SampleSearch.Run("1", "Run 1", 2));
        var dialogs = Render<MudDialogProvider>();
        var notes = Render<MudSnackbarProvider>();
        var page = Open("1");
        void Check() => page.FindAll(".btn").Single(b => Text(b) == "Check the checkpoint").Click();
        void Answer(string words) => dialogs.FindAll("button").Single(b => Text(b) == words).Click();

        Check();
        notes.WaitForAssertion(() => Assert.Contains("as it was written", notes.Markup, StringComparison.Ordinal));

        Desk.Damage = (2, "delta.safetensors is not the file that was written");
        foreach (var answer in new[] { "Leave it", "Train again from stage 2" })
        {
            Assert.DoesNotContain(("resume", "1"), Desk.Asked);
            Check();
            dialogs.WaitForAssertion(() => Assert.Contains("delta.safetensors is not", dialogs.Markup, StringComparison.Ordinal));
            Answer(answer);
            dialogs.WaitForAssertion(() => Assert.DoesNotContain("delta.safetensors is not", dialogs.Markup, StringComparison.Ordinal));
        }
        page.WaitForAssertion(() => Assert.Contains(("resume", "1"), Desk.Asked));
    }

    [Fact]
    public void A_run_whose_weights_are_not_here_offers_no_search()
    {
        Desk.Add(SampleDesk.Run("1") with { Shipped = true }, 6);
        Assert.Equal(["Run again with changes"], Buttons(Open("1")));
    }

    [Fact]
    public void A_finished_run_shows_matrix_stages_options_and_provenance()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        Searching.Checkpoints.AddRange(SampleSearch.Run("1", "Run 1", 6));
        var page = Open("1");
        Assert.Equal(6, page.FindAll(".matrix tbody tr").Count);
        Assert.Contains("9f3c2d", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Learning rate", page.Markup, StringComparison.Ordinal);
        Assert.Contains("(paper 5e-5)", Text(page.Find("section.card dl.pairs")), StringComparison.Ordinal);
        Assert.Contains(page.FindAll(".menu a"), a => a.GetAttribute("href") == "/api/v1/runs/1/scores.csv");
        Assert.Equal("/search?checkpoint=1%3A6", page.FindAll("a.btn").Single(b => Text(b) == "Search with it").GetAttribute("href"));
    }

    [Fact]
    public void Progress_scores_and_states_arrive_while_the_page_is_open()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Running), 2);
        var page = Open("1");
        Desk.Send(
            new ProgressMessage(
                "1",
                9,
                new RunProgress(3, 6, "ja", "training", 3, 6, 99, 174, 0.47, 60, 2000),
                new Dictionary<string, double> { ["total"] = 0.123, ["crosslingual"] = 0.1 }
            )
        );
        Desk.Send(new ScoreMessage("1", 19, new Score(3, "ja", RetrievalDirection.TextToImage, 1, 12.3, 1294, "emoji36")));
        page.WaitForAssertion(() =>
        {
            Assert.Equal("47", page.Find("[role=progressbar]").GetAttribute("aria-valuenow"));
            Assert.Contains("1 min left", page.Markup, StringComparison.Ordinal);
            Assert.Contains("total 0.123", Text(page.Find("[aria-label='Last step']")), StringComparison.Ordinal);
            Assert.Contains("12.3", Text(page.FindAll(".matrix tbody tr")[2]), StringComparison.Ordinal);
        });
        Desk.Send(new StateMessage("1", RunState.Completed, "All languages are learned.", DateTime.UtcNow));
        page.WaitForAssertion(() => Assert.Contains("Completed", page.Find(".page-head .chip").TextContent, StringComparison.Ordinal));
        page.Instance.Dispose();
        Assert.Equal(0, Desk.Watchers);
    }
}
