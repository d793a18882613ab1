using Bunit;
using CllClip.Portal.Features.Schedule;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Features.Schedule;

public sealed class SchedulePageTests : PageContext
{
    private static string[] Order(IRenderedComponent<SchedulePage> page) =>
        [.. page.FindAll(".lane tbody .name a").Select(a => a.GetAttribute("href")!["/runs/".Length..])];

    [Fact]
    public void Without_runs_it_says_what_to_do() => Assert.Equal("/launch", Render<SchedulePage>().Find(".empty a").GetAttribute("href"));

    [Fact]
    public void It_shows_what_runs_and_what_comes_next_with_times_and_what_they_rest_on()
    {
        Desk.Add(SampleDesk.Run("now", RunState.Running), 1);
        Desk.Add(SampleDesk.Run("next", RunState.Queued), 0);
        var page = Render<SchedulePage>();
        var rows = page.FindAll(".lane tbody tr").Select(Text).ToList();
        Assert.StartsWith("now", rows[0], StringComparison.Ordinal);
        Assert.Contains("from its own speed so far", rows[0], StringComparison.Ordinal);
        Assert.Contains("in 2 min 2", rows[1], StringComparison.Ordinal); // begins when the first ends
        Assert.Contains("10 min", rows[1], StringComparison.Ordinal);
        Assert.Contains("from the stages of your run", rows[1], StringComparison.Ordinal);
        Assert.Equal(2, page.FindAll(".line .bar").Count);
        Desk.Send(new StateMessage("now", RunState.Completed, "Done.", DateTime.UtcNow));
        page.WaitForAssertion(() => Assert.Equal(["next"], Order(page)), TimeSpan.FromSeconds(10));
        page.Instance.Dispose();
        Assert.Equal(0, Desk.Watchers);
    }

    [Fact]
    public void Queued_runs_are_moved_by_button_and_by_drag_and_a_refusal_is_said()
    {
        Desk.Add(SampleDesk.Run("run", RunState.Running), 1);
        foreach (var id in new[] { "a", "b", "c" })
        {
            Desk.Add(SampleDesk.Run(id, RunState.Queued), 0);
        }
        var page = Render<SchedulePage>();
        Assert.True(page.Find("[aria-label='Move CLL-CLIP+TEIR a up']").HasAttribute("disabled"));
        Assert.Empty(page.FindAll("[aria-label^='Move CLL-CLIP+TEIR run']"));
        page.Find("[aria-label='Move CLL-CLIP+TEIR c to the top']").Click();
        Assert.Equal(["run", "c", "a", "b"], Order(page));
        page.Find("[aria-label='Move CLL-CLIP+TEIR c down']").Click();
        Assert.Equal(["run", "a", "c", "b"], Order(page));
        page.FindAll("tr.queued")[2].DragStart();
        page.FindAll("tr.queued")[0].Drop();
        Assert.Equal(["run", "b", "a", "c"], Order(page));
        Assert.Equal(("b", new QueueMove(Position: 1)), Desk.Moves[^1]);
        Desk.MoveRefusal = "“b” is running; only queued runs can be moved.";
        page.Find("[aria-label='Move CLL-CLIP+TEIR b down']").Click();
        Assert.Contains("only queued runs can be moved", page.Find(".notice.warning").TextContent, StringComparison.Ordinal);
    }
}
