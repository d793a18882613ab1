using CllClip.Engine.Training;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>Runs that fail, and ends that cannot be stored.</summary>
public sealed class RunWorkerFailureTests : IDisposable
{
    private readonly ToyEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_run_that_fails_says_why_and_can_be_resumed()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        _engine.Toy.EpochBegins = language =>
        {
            if (language == "ja")
            {
                throw new IOException("Input/output error", 5);
            }
        };
        var id = (await host.LaunchAsync(JobsHost.Request())).Id;
        var failed = await host.WaitAsync(id, RunState.Failed, RunState.Completed);
        Assert.Contains("Input/output error", failed.Error, StringComparison.Ordinal);
        Assert.Contains("resume", failed.Error, StringComparison.Ordinal);
        Assert.Equal(18, (await host.Queries.ScoresAsync(id)).Count);
        _engine.Toy.EpochBegins = null;
        Assert.Equal(ActionOutcome.Done, (await host.Runs.ResumeAsync(id)).Outcome);
        var resumed = await host.WaitAsync(id, RunState.Failed, RunState.Completed);
        Assert.Equal((RunState.Completed, null), (resumed.State, resumed.Error));
        Assert.Equal(60, (await host.Queries.ScoresAsync(id)).Count);
    }

    [Fact]
    public async Task An_end_that_the_database_refuses_is_stored_when_it_takes_it_again()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var refusing = new TaskCompletionSource();
        _engine.Toy.EpochBegins = language =>
        {
            if (language == "de" && !refusing.Task.IsCompleted)
            {
                using var db = host.Open();
                db.Database.ExecuteSqlRaw(
                    "CREATE TRIGGER full BEFORE INSERT ON StateChanges BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
                );
                refusing.SetResult();
            }
        };
        var id = (await host.LaunchAsync(JobsHost.Request(languages: ["en", "de"]))).Id;
        await refusing.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        Assert.Equal(RunState.Running, (await host.Queries.GetAsync(id))!.State);
        await using (var db = host.Open())
        {
            await db.Database.ExecuteSqlRawAsync("DROP TRIGGER full", TestContext.Current.CancellationToken);
        }
        await host.WaitAsync(id, RunState.Completed);
        Assert.Equal(18, (await host.Queries.ScoresAsync(id)).Count);
    }

    [Fact]
    public async Task An_unexpected_error_gives_a_short_message_and_the_next_run_is_trained()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        _engine.Toy.EpochBegins = _ => throw new InvalidOperationException("something\n  at some line");
        var broken = (await host.LaunchAsync(JobsHost.Request(languages: ["en"]))).Id;
        var failed = await host.WaitAsync(broken, RunState.Failed);
        Assert.Contains("something", failed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("some line", failed.Error, StringComparison.Ordinal);
        _engine.Toy.EpochBegins = null;
        var next = (await host.LaunchAsync(JobsHost.Request(languages: ["en"]))).Id;
        await host.WaitAsync(next, RunState.Completed);
    }

    [Fact]
    public async Task A_run_whose_data_set_has_changed_is_not_continued()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        _engine.Toy.EpochBegins = language =>
        {
            if (language == "de")
            {
                throw new InvalidOperationException("interrupted");
            }
        };
        var id = (await host.LaunchAsync(JobsHost.Request())).Id;
        await host.WaitAsync(id, RunState.Failed);
        _engine.Toy = new ToyDataset { Revision = "toy-2" };
        await host.Runs.ResumeAsync(id);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Contains("has changed", (await host.WaitAsync(id, RunState.Failed)).Error, StringComparison.Ordinal);
    }
}
