using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

public sealed class RunTransitionsTests
{
    private static readonly (RunState From, RunState To)[] Legal =
    [
        (RunState.Queued, RunState.Running),
        (RunState.Queued, RunState.Stopped),
        (RunState.Queued, RunState.Failed),
        (RunState.Running, RunState.Stopping),
        (RunState.Running, RunState.Completed),
        (RunState.Running, RunState.Failed),
        (RunState.Running, RunState.Queued),
        (RunState.Running, RunState.Paused),
        (RunState.Paused, RunState.Queued),
        (RunState.Paused, RunState.Stopped),
        (RunState.Stopping, RunState.Stopped),
        (RunState.Stopping, RunState.Completed),
        (RunState.Stopping, RunState.Failed),
        (RunState.Stopped, RunState.Queued),
        (RunState.Failed, RunState.Queued),
        (RunState.Completed, RunState.Queued),
    ];

    [Fact]
    public void Exactly_these_transitions_are_legal()
    {
        foreach (var from in Enum.GetValues<RunState>())
        {
            foreach (var to in Enum.GetValues<RunState>())
            {
                Assert.Equal(Legal.Contains((from, to)), RunTransitions.IsLegal(from, to));
            }
        }
    }

    [Fact]
    public void Every_pair_of_states_is_stored_only_where_it_is_legal()
    {
        using var bench = Bench.Ready();
        foreach (var from in Enum.GetValues<RunState>())
        {
            foreach (var to in Enum.GetValues<RunState>())
            {
                var id = $"{from}-{to}";
                bench.Add(id, from);
                var result = bench.Store.Move(id, to, "because");
                using var db = bench.Open();
                var history = db.StateChanges.Where(c => c.RunId == id).OrderBy(c => c.Sequence).ToList();
                if (RunTransitions.IsLegal(from, to))
                {
                    Assert.Equal(ActionOutcome.Done, result.Outcome);
                    Assert.Equal([(from, "Launched.", 1L), (to, "because", 2L)], history.Select(c => (c.State, c.Reason, c.Sequence)));
                    Assert.Equal(to, db.Runs.Find(id)!.State);
                }
                else
                {
                    Assert.Equal(ActionOutcome.Conflict, result.Outcome);
                    Assert.Contains(id, result.Message, StringComparison.Ordinal);
                    Assert.Single(history);
                    Assert.Equal(from, db.Runs.Find(id)!.State);
                }
            }
        }
    }

    [Fact]
    public void An_unknown_run_is_named()
    {
        using var bench = Bench.Ready();
        var result = bench.Store.Move("nobody", RunState.Queued, "because");
        Assert.Equal(ActionOutcome.NotFound, result.Outcome);
        Assert.Contains("nobody", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_came_with_the_portal_keeps_its_state_and_stays()
    {
        using var bench = Bench.Ready();
        bench.Add("shipped", RunState.Failed, change: r => r.Shipped = true);
        Assert.Equal(ActionOutcome.Conflict, bench.Store.Move("shipped", RunState.Queued, "again").Outcome);
        Assert.Equal(ActionOutcome.Conflict, bench.Store.Delete("shipped").Outcome);
    }
}
