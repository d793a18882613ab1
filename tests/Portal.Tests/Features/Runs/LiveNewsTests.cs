using Bunit;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CllClip.Portal.Tests.Features.Runs;

/// <summary>What becomes of a page whose news stop, come late, or cannot be read.</summary>
public sealed class LiveNewsTests : PageContext
{
    private static readonly Score LateScore = new(3, "ja", RetrievalDirection.TextToImage, 1, 12.3, 1294, "emoji36");
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    protected override TimeProvider Time => _clock;

    private IRenderedComponent<RunPage> Open(string id) => Render<RunPage>(p => p.Add(r => r.Id, id));

    private static ProgressMessage Progress(string id, long sequence, double fraction) =>
        new(
            id,
            sequence,
            new RunProgress(3, 6, "ja", "training", 3, 6, 99, 174, fraction, 60, 2000),
            new Dictionary<string, double> { ["total"] = 0.1 }
        );

    [Fact]
    public void A_page_whose_feed_broke_says_so_and_reads_what_it_missed_after_a_pause()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Running), 2);
        var page = Open("1");
        Desk.Break(new IOException("disk I/O error"));
        page.WaitForAssertion(() => Assert.Contains("disk I/O error", Text(page.Find(".notice.warning")), StringComparison.Ordinal));
        Assert.Equal(0, Desk.Watchers);
        Desk.Scores["1"].Add(LateScore);
        Desk.Broken = new IOException("still broken");
        _clock.Advance(RunWatch.Pause);
        page.WaitForAssertion(() => Assert.Contains("still broken", page.Markup, StringComparison.Ordinal));
        Desk.Broken = null;
        _clock.Advance(RunWatch.Pause);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".notice.warning")));
        Assert.Equal(1, Desk.Watchers);
        Assert.Contains("12.3", Text(page.FindAll(".matrix tbody tr")[2]), StringComparison.Ordinal);
        page.Instance.Dispose();
        Assert.Equal(0, Desk.Watchers);
    }

    [Fact]
    public void A_last_state_that_could_not_be_read_is_read_later()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Running), 2);
        var page = Open("1");
        Desk.Broken = new IOException("locked");
        Desk.Send(new StateMessage("1", RunState.Completed, "All languages are learned.", DateTime.UtcNow));
        _clock.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() => Assert.Contains("locked", page.Markup, StringComparison.Ordinal));
        Desk.Broken = null;
        Desk.Runs[0] = SampleDesk.Run("1") with { Summary = new() { ArT2i = 77.7 } };
        _clock.Advance(RunWatch.Pause);
        page.WaitForAssertion(() => Assert.Contains("77.7", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll(".notice.warning"));
    }

    [Fact]
    public void An_action_that_fails_is_told_in_the_page()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Running), 2);
        var page = Open("1");
        Desk.Broken = new IOException("locked");
        page.FindAll(".btn").Single(b => Text(b) == "Stop").Click();
        Assert.Contains("locked", Text(page.Find(".notice.error[role=alert]")), StringComparison.Ordinal);
        Desk.Broken = null;
        page.FindAll(".btn").Single(b => Text(b) == "Stop").Click();
        Assert.Empty(page.FindAll(".notice.error"));
    }

    [Fact]
    public void Late_news_of_the_run_before_do_not_reach_the_next_one()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Running), 2);
        Desk.Add(SampleDesk.Run("2", RunState.Running), 2);
        var page = Open("1");
        var old = Desk.Handlers("1");
        page.Render(p => p.Add(r => r.Id, "2"));
        old.Progress!(Progress("1", 99, 0.97));
        old.Score!(new ScoreMessage("1", 19, LateScore));
        old.State!(new StateMessage("1", RunState.Failed, "No space.", DateTime.UtcNow));
        Desk.Send(Progress("2", 3, 0.43));
        _clock.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() => Assert.Equal("43", page.Find("[role=progressbar]").GetAttribute("aria-valuenow")));
        Assert.DoesNotContain("12.3", page.Find(".matrix").TextContent, StringComparison.Ordinal);
        Assert.Contains("Running", page.Find(".page-head .chip").TextContent, StringComparison.Ordinal);
        Assert.Equal(1, Desk.Watchers);
    }

    [Fact]
    public void A_run_that_is_read_late_does_not_take_the_place_of_the_one_asked_for_since()
    {
        Desk.Add(SampleDesk.Run("1"), 2);
        Desk.Add(SampleDesk.Run("2"), 2);
        var held = Desk.HeldRuns["1"] = new TaskCompletionSource();
        var page = Open("1");
        page.Render(p => p.Add(r => r.Id, "2"));
        held.SetResult();
        page.WaitForAssertion(() => Assert.Equal("CLL-CLIP+TEIR 2", page.Find("h1").TextContent));
    }

    [Fact]
    public void Progress_alone_draws_no_curve_of_scores_and_no_matrix_anew()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Running), 2);
        var page = Open("1");
        var summary = page.FindComponents<LineChart>()[0];
        var matrix = page.FindComponent<ScoreMatrix>();
        var before = (summary.RenderCount, matrix.RenderCount);
        for (var i = 1; i <= 5; i++)
        {
            Desk.Send(Progress("1", i, 0.5 + i / 100.0));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
        page.WaitForAssertion(() => Assert.Equal("55", page.Find("[role=progressbar]").GetAttribute("aria-valuenow")));
        Assert.Equal(before, (summary.RenderCount, matrix.RenderCount));
        Desk.Send(new ScoreMessage("1", 19, LateScore));
        _clock.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() => Assert.Contains("12.3", page.Find(".matrix").TextContent, StringComparison.Ordinal));
        Assert.True(summary.RenderCount > before.Item1);
    }

    [Fact]
    public void The_list_says_that_its_news_stopped_and_comes_back()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Running), 2);
        var page = Render<RunsPage>();
        Desk.Broken = new IOException("locked");
        Desk.Send(new StateMessage("1", RunState.Completed, "Done.", DateTime.UtcNow));
        _clock.Advance(TimeSpan.FromSeconds(1));
        page.WaitForAssertion(() => Assert.Contains("locked", Text(page.Find(".notice.warning")), StringComparison.Ordinal));
        Assert.Single(page.FindAll("tbody tr")); // what was read stays
        Desk.Broken = null;
        _clock.Advance(RunWatch.Pause);
        page.WaitForAssertion(() => Assert.Contains("Completed", Text(page.Find("tbody tr")), StringComparison.Ordinal));
        Assert.Empty(page.FindAll(".notice.warning"));
    }

    [Fact]
    public void Several_runs_that_cannot_be_stopped_are_told_in_the_list()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Running), 1);
        var page = Render<RunsPage>();
        page.Find("[aria-label='Choose all runs shown']").Change(true);
        Desk.Broken = new IOException("locked");
        page.FindAll(".chosen-bar button").Single(b => b.TextContent == "Stop").Click();
        Assert.Contains(page.FindAll("[role=alert]"), n => n.TextContent.Contains("could not be done: locked", StringComparison.Ordinal));
    }

    [Fact]
    public void A_checkpoint_that_loads_for_over_a_second_says_how_much_time_is_left()
    {
        var loading = Searching.HeldLoads["joint:1"] = new TaskCompletionSource();
        IProgress<double>? progress = null;
        Searching.Loading = p => progress = p;
        var pane = Render<SearchPane>(p => p.Add(x => x.Checkpoints, Searching.Checkpoints).Add(x => x.Checkpoint, "joint:1"));
        progress!.Report(0.1);
        pane.WaitForAssertion(() => Assert.Equal("10", pane.Find("[role=progressbar]").GetAttribute("aria-valuenow")));
        Assert.DoesNotContain("left", Text(pane.Find(".progress .text")), StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(3));
        progress.Report(0.25);
        pane.WaitForAssertion(() => Assert.Contains("9 s left", pane.Markup, StringComparison.Ordinal));
        loading.SetResult();
        pane.WaitForAssertion(() => Assert.Empty(pane.FindAll("[role=progressbar]")));
    }
}
