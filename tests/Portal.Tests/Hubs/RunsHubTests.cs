using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Xunit;

namespace CllClip.Portal.Tests.Hubs;

/// <summary>The hub over real connections to a portal on a loopback port.</summary>
public sealed class RunsHubTests(PortalHost portal) : IClassFixture<PortalHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watcher_hears_state_progress_scores_and_log_of_its_run_and_of_no_other()
    {
        portal.AddRun("live");
        portal.AddRun("other");
        await using var ear = await Ear.ConnectAsync(portal);
        await ear.Hub.InvokeAsync("Watch", "live", Stop);
        portal.Store().Move("live", RunState.Running, "A worker took it.");
        portal.Store().Move("other", RunState.Running, "A worker took it.");
        portal.Feed().Publish(RunsBench.Progress("live", 1));
        portal.Store().Log("live", "info", "hello");
        portal.Store().AddScores("live", [RunsBench.Score(1, recall: 100.0 / 3)]);
        portal.Store().Move("live", RunState.Completed, "All tasks are done.");
        await ear.UntilAsync(e => e.States.Count == 3);
        Assert.Equal(["Queued", "Running", "Completed"], ear.States.Select(s => s.GetProperty("state").GetString()));
        Assert.Equal("A worker took it.", ear.States[1].GetProperty("reason").GetString());
        Assert.EndsWith("Z", ear.States[1].GetProperty("at").GetString(), StringComparison.Ordinal);
        var score = Assert.Single(ear.Scores);
        Assert.Equal("live", score.GetProperty("runId").GetString());
        Assert.Equal("t2i", score.GetProperty("direction").GetString());
        Assert.Equal(100.0 / 3, score.GetProperty("recall").GetDouble()); // to the last bit
        Assert.Equal("hello", Assert.Single(ear.Lines).GetProperty("text").GetString());
        await ear.UntilAsync(e => e.Progress.Count == 1);
        Assert.Equal(40, ear.Progress[0].GetProperty("steps").GetInt32());
        Assert.Equal(0.5, ear.Progress[0].GetProperty("losses").GetProperty("total").GetDouble());
        Assert.All(ear.All, m => Assert.Equal("live", m.GetProperty("runId").GetString()));
    }

    [Fact]
    public async Task A_late_watcher_gets_the_state_first_then_every_score_so_far_then_what_follows()
    {
        portal.AddRun("late");
        portal.Store().Move("late", RunState.Running, "go");
        portal.Store().AddScores("late", [.. Enumerable.Range(1, 30).Select(i => RunsBench.Score(i))]);
        portal.Store().Log("late", "info", "before");
        await using var ear = await Ear.ConnectAsync(portal);
        await ear.Hub.InvokeAsync("Watch", "late", Stop);
        portal.Store().AddScores("late", [RunsBench.Score(31)]);
        await ear.UntilAsync(e => e.Scores.Count >= 31 && e.Lines.Count >= 1);
        Assert.Equal("Running", ear.All[0].GetProperty("state").GetString());
        Assert.Single(ear.States);
        Assert.Equal(Enumerable.Range(1, 31), ear.Scores.Select(s => s.GetProperty("stage").GetInt32()));
        Assert.Equal(Enumerable.Range(1, 31), ear.Scores.Select(s => s.GetProperty("sequence").GetInt32()));
        await ear.Hub.InvokeAsync("Watch", "late", Stop); // a second time changes nothing
        await ear.Hub.InvokeAsync("WatchAll", Stop); // nor does watching all
        await ear.Hub.InvokeAsync("Watch", "late", Stop);
        portal.Store().Log("late", "info", "after");
        await ear.UntilAsync(e => e.Of("log", "late").Count == 2);
        Assert.Equal(31, ear.Scores.Count(s => s.GetProperty("runId").GetString() == "late"));
        Assert.Single(ear.States, s => s.GetProperty("runId").GetString() == "late");
    }

    [Fact]
    public async Task Clients_that_come_while_scores_pour_in_miss_nothing_and_get_nothing_twice()
    {
        const int Stages = 200;
        portal.AddRun("busy");
        portal.Store().Move("busy", RunState.Running, "go");
        var writing = Task.Run(
            () =>
            {
                for (var stage = 1; stage <= Stages; stage++)
                {
                    portal.Store().AddScores("busy", [RunsBench.Score(stage), RunsBench.Score(stage, k: 5)]);
                    portal.Feed().Publish(RunsBench.Progress("busy", stage, stage));
                }
                portal.Store().Move("busy", RunState.Completed, "done");
            },
            Stop
        );
        var ears = new List<Ear>();
        for (var i = 0; i < 8; i++)
        {
            var ear = await Ear.ConnectAsync(portal);
            ears.Add(ear);
            if (i % 2 == 0)
            {
                await ear.Hub.InvokeAsync("Watch", "busy", Stop);
            }
            else
            {
                await ear.Hub.InvokeAsync("WatchAll", Stop);
                await ear.Hub.InvokeAsync("Watch", "busy", Stop);
            }
        }
        await writing;
        foreach (var ear in ears)
        {
            await ear.UntilAsync(e => e.Of("state", "busy").Any(s => s.GetProperty("state").GetString() == "Completed"));
            Assert.Equal(Enumerable.Range(1, 2 * Stages), ear.Of("score", "busy").Select(s => s.GetProperty("sequence").GetInt32()));
            Assert.Equal(
                ear.Of("state", "busy").Select(s => s.GetProperty("sequence").GetInt32()).Order().Distinct(),
                ear.Of("state", "busy").Select(s => s.GetProperty("sequence").GetInt32())
            );
            var steps = ear.Of("progress", "busy").Select(s => s.GetProperty("sequence").GetInt64()).ToList();
            Assert.Equal(steps.Order().Distinct(), steps);
            await ear.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_client_that_was_cut_off_gets_everything_again_on_its_new_connection()
    {
        portal.AddRun("cut");
        portal.Store().Move("cut", RunState.Running, "go");
        portal.Store().AddScores("cut", [RunsBench.Score(1)]);
        await using (var first = await Ear.ConnectAsync(portal))
        {
            await first.Hub.InvokeAsync("WatchAll", Stop);
            await first.UntilAsync(e => e.Of("score", "cut").Count == 1);
        }
        portal.Store().AddScores("cut", [RunsBench.Score(2)]);
        portal.Store().Move("cut", RunState.Completed, "done");
        await using var second = await Ear.ConnectAsync(portal);
        await second.Hub.InvokeAsync("WatchAll", Stop); // the run ended meanwhile, and just now
        await second.UntilAsync(e => e.Of("score", "cut").Count == 2);
        Assert.Equal("Completed", Assert.Single(second.Of("state", "cut")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Watching_all_tells_the_state_of_old_runs_and_their_scores_when_one_is_watched()
    {
        portal.AddRun("resumed");
        portal.Store().AddScores("resumed", [RunsBench.Score(1), RunsBench.Score(2)]);
        portal.AddRun("old");
        await Age("old", RunState.Completed);
        await Age("resumed", RunState.Stopped);
        await using var ear = await Ear.ConnectAsync(portal);
        await ear.Hub.InvokeAsync("WatchAll", Stop);
        await ear.UntilAsync(e => e.Of("state", "old").Count == 1 && e.Of("state", "resumed").Count == 1);
        Assert.Empty(ear.Of("score", "resumed"));
        portal.Store().AddScores("resumed", [RunsBench.Score(3)]);
        await ear.UntilAsync(e => e.Of("score", "resumed").Count == 1);
        await ear.Hub.InvokeAsync("Watch", "resumed", Stop);
        portal.Store().AddScores("resumed", [RunsBench.Score(4)]);
        await ear.UntilAsync(e => e.Of("score", "resumed").Count == 4);
        Assert.Equal([3, 1, 2, 4], ear.Of("score", "resumed").Select(s => s.GetProperty("sequence").GetInt32()));
    }

    [Fact]
    public async Task Runs_launched_later_are_heard_by_those_who_watch_all_and_unwatched_ones_are_not()
    {
        portal.AddRun("left");
        await using var all = await Ear.ConnectAsync(portal);
        await using var one = await Ear.ConnectAsync(portal);
        await all.Hub.InvokeAsync("WatchAll", Stop);
        await one.Hub.InvokeAsync("Watch", "left", Stop);
        await one.Hub.InvokeAsync("Unwatch", "left", Stop);
        portal.AddRun("new");
        portal.Store().Move("left", RunState.Running, "go");
        await all.UntilAsync(e => e.Of("state", "new").Count == 1 && e.Of("state", "left").Count == 2);
        await one.UntilAsync(e => e.States.Count == 1);
        await one.Hub.InvokeAsync("Watch", "left", Stop);
        await one.UntilAsync(e => e.States.Count == 2);
        Assert.Equal("Running", one.States[^1].GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("nothing-of-the-kind")]
    [InlineData("../../etc/passwd")]
    [InlineData("' OR 1=1 --")]
    [InlineData("")]
    public async Task An_unknown_run_is_an_error_in_words_and_the_connection_stays(string id)
    {
        portal.AddRun("after" + id.Length);
        await using var ear = await Ear.ConnectAsync(portal);
        var error = await Assert.ThrowsAsync<HubException>(() => ear.Hub.InvokeAsync("Watch", id, Stop));
        Assert.Contains("There is no such run", error.Message, StringComparison.Ordinal);
        await ear.Hub.InvokeAsync("Watch", "after" + id.Length, Stop);
        await ear.UntilAsync(e => e.States.Count == 1);
    }

    [Fact]
    public async Task A_huge_message_ends_its_connection_and_no_other()
    {
        portal.AddRun("calm");
        await using var calm = await Ear.ConnectAsync(portal);
        await calm.Hub.InvokeAsync("Watch", "calm", Stop);
        await using var loud = await Ear.ConnectAsync(portal);
        await Assert.ThrowsAnyAsync<Exception>(() => loud.Hub.InvokeAsync("Watch", new string('x', 100_000), Stop));
        await Assert.ThrowsAsync<HubException>(() => calm.Hub.InvokeAsync("NoSuchMethod", Stop));
        portal.Store().Log("calm", "info", "still here");
        await calm.UntilAsync(e => e.Lines.Count == 1);
    }

    [Fact]
    public async Task Where_anonymous_viewers_are_not_wanted_the_hub_asks_for_the_token()
    {
        using var closed = new PortalHost(
            new() { ["CllClip:Access:Token"] = "the token", ["CllClip:Access:AnonymousViewers"] = "false" },
            boundTo: "http://*:5080"
        );
        closed.AddRun("guarded");
        await Assert.ThrowsAsync<HttpRequestException>(() => Ear.ConnectAsync(closed));
        await using var ear = await Ear.ConnectAsync(closed, o => o.Headers["Authorization"] = "Bearer the token");
        await ear.Hub.InvokeAsync("Watch", "guarded", Stop);
        await ear.UntilAsync(e => e.States.Count == 1);
    }

    [Fact]
    public async Task Progress_is_sent_at_most_ten_times_a_second()
    {
        portal.AddRun("fast");
        portal.Store().Move("fast", RunState.Running, "go");
        await using var ear = await Ear.ConnectAsync(portal);
        await ear.Hub.InvokeAsync("Watch", "fast", Stop);
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 1; i <= 300; i++)
        {
            portal.Feed().Publish(RunsBench.Progress("fast", i, i, i == 300 ? double.NaN : 0.1));
            await Task.Delay(2, Stop);
        }
        await ear.UntilAsync(e => e.Progress.Any(p => p.GetProperty("sequence").GetInt32() == 300));
        var took = TimeProvider.System.GetElapsedTime(began);
        Assert.InRange(ear.Progress.Count, 2, (int)(took.TotalSeconds * 10) + 2);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, ear.Progress[^1].GetProperty("losses").GetProperty("total").ValueKind); // JSON has no NaN
    }

    [Fact]
    public async Task Leaving_frees_the_subscription()
    {
        var before = await QuietAsync(); // what other tests subscribed to is being released still
        portal.AddRun("leave");
        var ear = await Ear.ConnectAsync(portal);
        await ear.Hub.InvokeAsync("Watch", "leave", Stop);
        Assert.True(portal.Feed().Subscribers > before);
        await ear.DisposeAsync();
        for (var i = 0; i < 200 && portal.Feed().Subscribers > before; i++)
        {
            await Task.Delay(25, Stop);
        }
        Assert.True(portal.Feed().Subscribers <= before);
    }

    /// <summary>The number of subscribers once it has not changed for half a second.</summary>
    private async Task<int> QuietAsync()
    {
        var (count, same) = (portal.Feed().Subscribers, 0);
        while (same < 20)
        {
            await Task.Delay(25, Stop);
            (count, same) = portal.Feed().Subscribers == count ? (count, same + 1) : (portal.Feed().Subscribers, 0);
        }
        return count;
    }

    /// <summary>Moves a run into a state that it entered long ago.</summary>
    private async Task Age(string id, RunState state)
    {
        portal.Store().Move(id, RunState.Running, "go");
        portal.Store().Move(id, state == RunState.Stopped ? RunState.Stopping : state, "then");
        if (state == RunState.Stopped)
        {
            portal.Store().Move(id, RunState.Stopped, "then");
        }
        await portal.ChangeAsync(db =>
        {
            foreach (var change in db.StateChanges.Where(c => c.RunId == id))
            {
                change.At -= TimeSpan.FromDays(1);
            }
        });
    }
}
