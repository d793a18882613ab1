using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>The order of the queue, which people change while workers take from it.</summary>
public sealed class QueueOrderTests
{
    private static List<string> Claimed(RunStore store, string lane = "cpu")
    {
        var order = new List<string>();
        while (store.Claim(lane, "go") is { } run)
        {
            order.Add(run.Id);
        }
        return order;
    }

    private static Bench Queue(params string[] ids)
    {
        var bench = Bench.Ready();
        foreach (var id in ids)
        {
            bench.Add(id);
        }
        return bench;
    }

    [Theory]
    [InlineData("d", "b", null, null, "a d b c")]
    [InlineData("a", null, "c", null, "b c a d")]
    [InlineData("c", null, null, 1, "c a b d")]
    [InlineData("a", null, null, 99, "b c d a")]
    [InlineData("b", null, null, 2, "a b c d")]
    public void A_queued_run_is_moved_before_after_or_to_a_place(string id, string? before, string? after, int? position, string order)
    {
        using var bench = Queue("a", "b", "c", "d");
        bench.Add("elsewhere", lane: "cuda:0");
        Assert.Equal(ActionOutcome.Done, bench.Store.MoveInQueue(id, new QueueMove(before, after, position)).Outcome);
        using var again = new Bench(bench.Folder); // after a restart
        again.Database.Prepare();
        Assert.Equal(order.Split(' '), Claimed(again.Store));
    }

    [Fact]
    public void What_does_not_wait_in_the_lane_is_neither_moved_nor_a_place_to_go_to()
    {
        using var bench = Queue("a", "b", "c");
        bench.Add("gpu", lane: "cuda:0");
        bench.Store.Claim("cpu", "go");
        var claimed = bench.Store.MoveInQueue("a", new QueueMove(Position: 3));
        Assert.Equal(ActionOutcome.Conflict, claimed.Outcome);
        Assert.Contains("is running; only queued runs can be moved", claimed.Message, StringComparison.Ordinal);
        Assert.Equal(ActionOutcome.Conflict, bench.Store.MoveInQueue("c", new QueueMove(Before: "a")).Outcome);
        Assert.Equal(ActionOutcome.Conflict, bench.Store.MoveInQueue("c", new QueueMove(After: "gpu")).Outcome);
        Assert.Equal(ActionOutcome.NotFound, bench.Store.MoveInQueue("nobody", new QueueMove(Position: 1)).Outcome);
        Assert.Equal(["b", "c"], Claimed(bench.Store));
    }

    [Fact]
    public void New_runs_come_last_and_resumed_ones_back_to_where_they_were()
    {
        using var bench = Queue("a", "b", "c");
        bench.Store.MoveInQueue("c", new QueueMove(Position: 1)); // c a b
        bench.Store.Move("a", RunState.Stopped, "later");
        bench.Add("d");
        bench.Store.Move("a", RunState.Queued, "now");
        Assert.Equal(["c", "a", "b", "d"], Claimed(bench.Store));
    }

    [Fact]
    public async Task While_workers_claim_no_move_is_lost_no_run_is_taken_twice_and_claimed_ones_stay_running()
    {
        using var bench = Bench.Ready();
        string[] ids = [.. Enumerable.Range(0, 60).Select(i => $"r{i:00}")];
        foreach (var id in ids)
        {
            bench.Add(id);
        }
        var mover = Task.Run(() =>
        {
            var outcomes = new List<ActionOutcome>();
            for (var i = 0; i < 150; i++)
            {
                outcomes.Add(bench.Store.MoveInQueue(ids[i * 7 % ids.Length], new QueueMove(Position: 1)).Outcome);
            }
            return outcomes;
        });
        var claimed = (await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => Claimed(bench.Store)))))
            .SelectMany(c => c)
            .ToList();
        Assert.All(await mover, o => Assert.True(o is ActionOutcome.Done or ActionOutcome.Conflict));
        Assert.Equal(ids, claimed.Order());
        using var db = bench.Open();
        Assert.All(db.Runs, r => Assert.Equal(RunState.Running, r.State));
        Assert.Equal(60, db.Runs.Select(r => r.QueuePosition).Distinct().Count());
    }
}
