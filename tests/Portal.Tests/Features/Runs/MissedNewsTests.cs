using Bunit;
using CllClip.Portal.Features.Runs;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Features.Runs;

/// <summary>A state that a run enters after a page has read its list and before the page listens is on the page all the same.</summary>
public sealed class MissedNewsTests : PageContext
{
    [Fact]
    public void The_list_of_runs_is_read_again_once_somebody_listens()
    {
        Desk.Add(SampleDesk.Run("1", RunState.Running), 1);
        Desk.Watched = () => Desk.Runs[0] = Desk.Runs[0] with { State = RunState.Completed };
        var page = Render<RunsPage>();
        page.WaitForAssertion(() => Assert.Contains("Completed", Text(page.Find("tbody tr")), StringComparison.Ordinal));
    }
}
