using CllClip.Portal.Jobs;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Faults;

/// <summary>The clock on the wall is set back by two days in the middle of a run, and forward by a year.</summary>
public sealed class ClockFaultTests(StoppedRun stopped) : IClassFixture<StoppedRun>
{
    [Theory]
    [InlineData(-2)]
    [InlineData(365)]
    public async Task A_clock_that_jumps_changes_no_result_and_no_order(int days)
    {
        var clock = new Jumping();
        await using var host = new JobsHost(stopped.Engine, stopped.Copy(), StoppedRun.Options, clock);
        await host.StartAsync();
        using var subscription = host.Get<RunFeed>().Subscribe(stopped.Id);
        var progress = new List<long>();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var listening = ListenAsync(subscription, progress, enough.Token);
        var jumped = false;
        stopped.Engine.Toy.EpochBegins = language =>
        {
            if (language == "ar" && !jumped)
            {
                jumped = true;
                clock.Jump = TimeSpan.FromDays(days);
                host.Runs.StopAsync(stopped.Id).Wait();
            }
        };
        await host.Runs.ResumeAsync(stopped.Id);
        await host.WaitAsync(stopped.Id, RunState.Stopped);
        stopped.Engine.Toy.EpochBegins = null;
        await host.Runs.ResumeAsync(stopped.Id);
        var done = await host.WaitAsync(stopped.Id, RunState.Completed, RunState.Failed);
        Assert.Equal((RunState.Completed, null), (done.State, done.Error));
        Assert.Equal(stopped.Scores, await StoppedRun.ScoresAsync(host, stopped.Id));
        await enough.CancelAsync();
        await listening;
        Assert.Equal(progress.Order().Distinct(), progress); // open pages go on showing it
        Assert.True(progress.Count > 1);
        Assert.InRange(done.Provenance?.DurationSeconds ?? 0, 0, 600);
        var history = await host.Queries.HistoryAsync(stopped.Id);
        Assert.Equal((RunState.Queued, RunState.Completed), (history[0].State, history[^1].State)); // by their order, not by their times
        Assert.NotNull(await host.Queries.ListAsync(new Portal.Features.Runs.RunFilter()));
        FaultTable.Holds("clock set back two days, or on a year", string.Join('\n', history.Select(h => h.Reason)));
    }

    private static async Task ListenAsync(FeedSubscription subscription, List<long> progress, CancellationToken enough)
    {
        try
        {
            await foreach (var message in subscription.Events.ReadAllAsync(enough))
            {
                if (message is ProgressMessage { Sequence: var sequence })
                {
                    progress.Add(sequence);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // all was heard
        }
    }

    /// <summary>The system's time, put elsewhere.</summary>
    private sealed class Jumping : TimeProvider
    {
        public TimeSpan Jump { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Jump;
    }
}
