using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

public sealed class RunFeedTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Progress_comes_at_most_ten_times_a_second_and_the_latest_wins()
    {
        var time = new FakeTimeProvider();
        using var bench = Bench.Ready(time);
        await using var subscription = bench.Feed.Subscribe("a");
        bench.Feed.Publish(Progress("a", 1));
        Assert.Equal(1, Assert.IsType<ProgressMessage>(await Next(subscription)).Sequence);
        for (var i = 2; i <= 500; i++)
        {
            bench.Feed.Publish(Progress("a", i));
        }
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(subscription.Events.TryRead(out _)); // not due yet
        time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(500, Assert.IsType<ProgressMessage>(await Next(subscription)).Sequence);
        time.Advance(TimeSpan.FromSeconds(1));
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.False(subscription.Events.TryRead(out _)); // nothing new
    }

    [Fact]
    public async Task Runs_are_throttled_each_for_itself_and_others_are_not_heard()
    {
        using var bench = Bench.Ready(new FakeTimeProvider());
        await using var all = bench.Feed.Subscribe(null);
        await using var one = bench.Feed.Subscribe("b");
        bench.Feed.Publish(Progress("a", 1));
        bench.Feed.Publish(Progress("b", 1));
        var heard = new[] { await Next(all), await Next(all) };
        Assert.Equal(["a", "b"], heard.Cast<ProgressMessage>().Select(p => p.RunId).Order());
        Assert.Equal("b", Assert.IsType<ProgressMessage>(await Next(one)).RunId);
        Assert.Equal(1, bench.Feed.Latest("a")!.Sequence);
    }

    [Fact]
    public async Task A_reader_that_sleeps_loses_progress_but_no_score_state_or_line()
    {
        using var bench = Bench.Ready();
        bench.Add("a");
        await using var subscription = bench.Feed.Subscribe("a", queueLength: 5);
        bench.Store.Move("a", RunState.Running, "go");
        const int Stages = 60;
        for (var stage = 1; stage <= Stages; stage++)
        {
            bench.Feed.Publish(Progress("a", stage));
            bench.Store.AddScores("a", [Bench.Score(stage), Bench.Score(stage, k: 5)]);
            bench.Store.Log("a", "info", $"stage {stage}");
        }
        bench.Store.Move("a", RunState.Completed, "done");
        var (scores, states, lines) = (new List<ScoreMessage>(), new List<StateMessage>(), new List<LogMessage>());
        while (scores.Count < 2 * Stages || states.Count < 2 || lines.Count < Stages)
        {
            switch (await Next(subscription))
            {
                case ScoreMessage score:
                    scores.Add(score);
                    break;
                case StateMessage state:
                    states.Add(state);
                    break;
                case LogMessage line:
                    lines.Add(line);
                    break;
            }
        }
        Assert.Equal(Enumerable.Range(1, 2 * Stages).Select(i => (long)i), scores.Select(s => s.Sequence));
        Assert.Equal([RunState.Running, RunState.Completed], states.Select(s => s.State));
        Assert.Equal(Enumerable.Range(1, Stages).Select(i => $"stage {i}"), lines.Select(l => l.Text));
        // and what comes after is heard as before
        bench.Store.Log("a", "info", "after");
        Assert.Equal("after", Assert.IsType<LogMessage>(await NextDurable(subscription)).Text);
    }

    [Fact]
    public async Task Readers_and_writers_at_full_speed_lose_nothing()
    {
        using var bench = Bench.Ready();
        bench.Add("a");
        await using var subscription = bench.Feed.Subscribe(null, queueLength: 3);
        var writing = Task.Run(() =>
        {
            for (var stage = 1; stage <= 150; stage++)
            {
                bench.Store.AddScores("a", [Bench.Score(stage), Bench.Score(stage, k: 5), Bench.Score(stage, k: 10)]);
            }
        });
        for (long wanted = 1; wanted <= 450; wanted++)
        {
            Assert.Equal(wanted, Assert.IsType<ScoreMessage>(await NextDurable(subscription)).Sequence);
        }
        await writing;
    }

    [Fact]
    public async Task Leaving_ends_the_messages_and_frees_the_place()
    {
        using var bench = Bench.Ready();
        var subscription = bench.Feed.Subscribe("a");
        Assert.Equal(1, bench.Feed.Subscribers);
        subscription.Dispose();
        Assert.Equal(0, bench.Feed.Subscribers);
        Assert.False(await subscription.Events.WaitToReadAsync(TestContext.Current.CancellationToken));
        await subscription.DisposeAsync();
    }

    private static ProgressMessage Progress(string id, long sequence) =>
        new(id, sequence, new RunProgress(1, 3, "en", "training", 1, 2, 3, 4, 0.1, null, 12.5), new Dictionary<string, double>());

    private static async Task<object> Next(FeedSubscription subscription) =>
        await subscription.Events.ReadAsync().AsTask().WaitAsync(Patience);

    private static async Task<object> NextDurable(FeedSubscription subscription)
    {
        while (true)
        {
            if (await Next(subscription) is not ProgressMessage and var message)
            {
                return message;
            }
        }
    }
}
