using CllClip.Engine.Training;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>Runs that are stopped, resumed, or whose process ends under them.</summary>
public sealed class RunWorkerStopTests : IDisposable
{
    private readonly ToyEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stopped_run_resumes_to_the_scores_of_one_that_was_not_stopped_to_the_last_bit(bool teir)
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var whole = await host.LaunchAsync(JobsHost.Request(teir: teir));
        await host.WaitAsync(whole.Id, RunState.Completed);

        string? id = null;
        var asked = new TaskCompletionSource();
        _engine.Toy.EpochBegins = language =>
        {
            if (language == "ja" && id is not null && !asked.Task.IsCompleted)
            {
                host.Runs.StopAsync(id).Wait();
                asked.SetResult();
            }
        };
        id = (await host.LaunchAsync(JobsHost.Request(teir: teir))).Id;
        var stopped = await host.WaitAsync(id, RunState.Stopped);
        Assert.NotNull(stopped.EndedAt);
        Assert.Equal(2, CheckpointChain.CountStages(host.Folders.Chain(id)));
        Assert.Equal(ActionOutcome.Done, (await host.Runs.ResumeAsync(id)).Outcome);
        var resumed = await host.WaitAsync(id, RunState.Completed, RunState.Failed);
        Assert.Null(resumed.Error);
        Assert.Equal(await host.Queries.ScoresAsync(whole.Id), await host.Queries.ScoresAsync(id));
        Assert.Equal(
            [RunState.Queued, RunState.Running, RunState.Stopping, RunState.Stopped, RunState.Queued, RunState.Running, RunState.Completed],
            (await host.Queries.HistoryAsync(id)).Select(h => h.State)
        );
    }

    [Fact]
    public async Task A_run_that_goes_on_elsewhere_than_it_began_says_so()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        string? id = null;
        var asked = new TaskCompletionSource();
        _engine.Toy.EpochBegins = language =>
        {
            if (language == "de" && id is not null && !asked.Task.IsCompleted)
            {
                host.Runs.StopAsync(id).Wait();
                asked.SetResult();
            }
        };
        id = (await host.LaunchAsync(JobsHost.Request())).Id;
        await host.WaitAsync(id, RunState.Stopped);
        host.Get<RunStore>().Update(id, row => row.Provenance = row.Provenance! with { Device = "cuda:0 (a GPU)" });
        Assert.Equal(ActionOutcome.Done, (await host.Runs.ResumeAsync(id)).Outcome);
        await host.WaitAsync(id, RunState.Completed);
        Assert.Contains(
            await host.Queries.LogAsync(id, TestContext.Current.CancellationToken),
            l => l.Level == "warning" && l.Text.Contains("began on cuda:0 (a GPU) and goes on on cpu", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_run_that_is_being_stopped_stays_with_its_worker_however_often_it_is_asked()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        using var begun = new ManualResetEventSlim();
        using var going = new ManualResetEventSlim();
        _engine.Toy.EpochBegins = _ =>
        {
            begun.Set();
            going.Wait(TimeSpan.FromSeconds(60));
        };
        var id = (await host.LaunchAsync(JobsHost.Request(languages: ["en"]))).Id;
        Assert.True(begun.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(ActionOutcome.Done, (await host.Runs.StopAsync(id)).Outcome);
        Assert.Equal(ActionOutcome.Conflict, (await host.Runs.StopAsync(id)).Outcome);
        Assert.Equal(RunState.Stopping, (await host.Queries.GetAsync(id))!.State);
        Assert.Equal(ActionOutcome.Conflict, (await host.Runs.DeleteAsync(id)).Outcome);
        going.Set();
        await host.WaitAsync(id, RunState.Stopped);
        Assert.Equal(
            [RunState.Queued, RunState.Running, RunState.Stopping, RunState.Stopped],
            (await host.Queries.HistoryAsync(id)).Select(h => h.State)
        );
    }

    [Fact]
    public async Task A_run_that_is_stopped_the_moment_it_begins_is_stopped_by_its_worker()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        string? id = null;
        using var known = new ManualResetEventSlim();
        Task<ActionResult>? asked = null;
        host.Get<ActiveRuns>().Taken += () =>
        {
            known.Wait(TimeSpan.FromSeconds(60));
            asked ??= host.Runs.StopAsync(id!);
        };
        id = (await host.LaunchAsync(JobsHost.Request(languages: ["en"]))).Id;
        known.Set();
        await host.WaitAsync(id, RunState.Stopped);
        Assert.Equal(ActionOutcome.Done, (await asked!).Outcome);
    }

    [Fact]
    public async Task A_run_that_was_in_hand_when_the_process_died_goes_on_by_itself_without_double_scores()
    {
        await using var first = await JobsHost.StartedAsync(_engine);
        var whole = await first.LaunchAsync(JobsHost.Request());
        var before = (await first.WaitAsync(whole.Id, RunState.Completed)).Provenance!.DurationSeconds;
        var expected = await first.Queries.ScoresAsync(whole.Id);
        await first.StopAsync();

        // What a killed process leaves: the row says Running, two stages are on disk, the third was scored in part.
        await using (var db = first.Open())
        {
            var row = db.Runs.Single();
            row.State = RunState.Running;
            db.Scores.RemoveRange(db.Scores.Where(s => s.Sequence > 22)); // 18 of stages 1 and 2, 4 of stage 3
            db.Stages.RemoveRange(db.Stages.Where(s => s.Stage > 1)); // killed between the file and the row of stage 2
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        foreach (var stage in new[] { 3, 4 })
        {
            Directory.Delete(CheckpointChain.FolderOf(first.Folders.Chain(whole.Id), stage), true);
        }

        await using var second = await JobsHost.StartedAsync(_engine, first.Folder);
        var run = await second.WaitAsync(whole.Id, RunState.Completed, RunState.Failed);
        Assert.Null(run.Error);
        Assert.Equal(expected, await second.Queries.ScoresAsync(run.Id));
        Assert.Equal([1, 2, 3, 4], (await second.Queries.StagesAsync(run.Id)).Select(s => s.Stage));
        Assert.Contains(
            await second.Queries.LogAsync(run.Id),
            l => l.Level == "warning" && l.Text.Contains("portal ended", StringComparison.Ordinal)
        );
        Assert.Contains(await second.Queries.LogAsync(run.Id), l => l.Text.Contains("after stage 2", StringComparison.Ordinal));
        Assert.True(run.Provenance!.DurationSeconds > before);
    }

    [Fact]
    public async Task A_run_that_was_being_stopped_when_the_process_died_is_stopped()
    {
        await using var first = await JobsHost.StartedAsync(_engine);
        await first.StopAsync();
        var run = Row("a", RunState.Stopping);
        first.Get<RunStore>().Add([run], "Launched.");
        await using var second = await JobsHost.StartedAsync(_engine, first.Folder);
        Assert.NotNull((await second.WaitAsync("a", RunState.Stopped)).EndedAt);
    }

    [Fact]
    public async Task A_portal_that_is_shut_down_in_the_middle_takes_the_run_up_again()
    {
        await using var first = new JobsHost(_engine);
        var begun = new TaskCompletionSource();
        _engine.Toy.EpochBegins = language =>
        {
            if (language == "de")
            {
                begun.TrySetResult();
                Thread.Sleep(100);
            }
        };
        await first.StartAsync();
        var id = (await first.LaunchAsync(JobsHost.Request())).Id;
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await first.StopAsync();
        Assert.Equal(RunState.Queued, (await first.Queries.GetAsync(id))!.State);
        await using var second = await JobsHost.StartedAsync(_engine, first.Folder);
        Assert.Null((await second.WaitAsync(id, RunState.Completed, RunState.Failed)).Error);
        Assert.Equal(60, (await second.Queries.ScoresAsync(id)).Count);
    }

    [Fact]
    public async Task A_damaged_queue_file_is_put_aside_and_queued_runs_go_on()
    {
        await using var first = await JobsHost.StartedAsync(_engine);
        await first.StopAsync();
        first.Get<RunStore>().Add([Row("a", RunState.Queued)], "Launched.");
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        await File.WriteAllTextAsync(
            Path.Combine(first.Folders.DataRoot, "queue.db"),
            new string('x', 9000),
            TestContext.Current.CancellationToken
        );
        await using var second = await JobsHost.StartedAsync(_engine, first.Folder);
        Assert.Null((await second.WaitAsync("a", RunState.Completed, RunState.Failed)).Error);
        Assert.Single(Directory.GetFiles(first.Folders.DataRoot, "queue.db.damaged-*"));
    }

    private static RunEntity Row(string id, RunState state) =>
        new()
        {
            Id = id,
            Name = id,
            State = state,
            Method = "cll-clip",
            Dataset = "toy",
            Model = "emoji-base",
            Languages = ["en", "de"],
            Epochs = 1,
            Options = JobsHost.Request().Options!,
            Seed = 1,
            Device = "cpu",
            Lane = "cpu",
            CreatedAt = DateTime.UtcNow,
        };
}
