using CllClip.Engine.Training;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>Whole runs through queue, worker and store, with the real engine on a toy data set.</summary>
public sealed class RunWorkerTests : IDisposable
{
    private readonly ToyEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_run_goes_through_its_states_and_leaves_scores_stages_log_summary_and_provenance()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var launched = await host.LaunchAsync(JobsHost.Request());
        Assert.Equal(RunState.Queued, launched.State);
        var run = await host.WaitAsync(launched.Id, RunState.Completed, RunState.Failed);
        Assert.Null(run.Error);
        Assert.Equal(
            [RunState.Queued, RunState.Running, RunState.Completed],
            (await host.Queries.HistoryAsync(run.Id)).Select(h => h.State)
        );
        var scores = await host.Queries.ScoresAsync(run.Id);
        Assert.Equal((1 + 2 + 3 + 4) * 6, scores.Count);
        var expected = Engine.Evaluation.ContinualMetrics.Summarise([.. scores], run.Languages, "toy");
        Assert.Equal(expected, run.Summary);
        Assert.NotNull(run.Summary.ForgettingT2i);
        Assert.Equal([1, 2, 3, 4], (await host.Queries.StagesAsync(run.Id)).Select(s => s.Stage));
        Assert.Equal("toy-1", run.Provenance!.DataRevision);
        Assert.True(run.Provenance.DurationSeconds > 0);
        Assert.True(run.StartedAt >= run.CreatedAt && run.EndedAt >= run.StartedAt);
        Assert.True(run.Progress!.Fraction > 0.999);
        var log = await host.Queries.LogAsync(run.Id);
        Assert.Equal(4, log.Count(l => l.Text.StartsWith("Stage ", StringComparison.Ordinal)));
        Assert.Equal(4, CheckpointChain.CountStages(host.Folders.Chain(run.Id)));
    }

    [Fact]
    public async Task Everything_is_heard_live_and_no_score_is_missing()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        await using var heard = host.Get<RunFeed>().Subscribe(null);
        var run = await host.LaunchAsync(JobsHost.Request(languages: ["en", "de"]));
        var (scores, states, progress) = (new List<ScoreMessage>(), new List<RunState>(), new List<ProgressMessage>());
        await foreach (var message in heard.Events.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            switch (message)
            {
                case ScoreMessage score:
                    scores.Add(score);
                    break;
                case ProgressMessage made:
                    progress.Add(made);
                    break;
                case StateMessage state:
                    states.Add(state.State);
                    break;
            }
            if (message is StateMessage { State: RunState.Completed or RunState.Failed })
            {
                break;
            }
        }
        Assert.Equal([RunState.Queued, RunState.Running, RunState.Completed], states);
        Assert.Equal(Enumerable.Range(1, 18).Select(i => (long)i), scores.Select(s => s.Sequence));
        Assert.Equal(await host.Queries.ScoresAsync(run.Id), scores.Select(s => s.Score));
        Assert.NotEmpty(progress);
        Assert.Equal(progress.Select(p => p.Sequence).Order(), progress.Select(p => p.Sequence));
    }

    [Fact]
    public async Task Runs_are_trained_one_at_a_time_in_the_order_in_which_they_were_asked_for()
    {
        var (now, most) = (0, 0);
        _engine.Toy = new ToyDataset { EpochBegins = _ => most = Math.Max(most, now) };
        await using var host = await JobsHost.StartedAsync(_engine);
        using var watch = host.Desk.Watch(
            null,
            new RunHandlers
            {
                State = s =>
                    Interlocked.Add(
                        ref now,
                        s.State == RunState.Running ? 1
                            : s.State == RunState.Completed ? -1
                            : 0
                    ),
            }
        );
        var asked = new List<string>();
        for (var seed = 1; seed <= 4; seed++)
        {
            asked.Add((await host.LaunchAsync(JobsHost.Request(seed: seed, languages: ["en"]))).Id);
        }
        foreach (var id in asked)
        {
            await host.WaitAsync(id, RunState.Completed);
        }
        await using var db = host.Open();
        var states = db
            .StateChanges.Where(c => c.State == RunState.Running || c.State == RunState.Completed)
            .AsEnumerable()
            .OrderBy(c => c.At);
        Assert.Equal(
            asked.SelectMany(id => new[] { (id, RunState.Running), (id, RunState.Completed) }),
            states.Select(c => (c.RunId, c.State))
        );
        Assert.InRange(most, 0, 1);
    }

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
    public async Task A_run_that_fails_says_why_and_can_be_resumed()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        _engine.Toy.EpochBegins = language =>
        {
            if (language == "ja")
            {
                throw new IOException("No space left on device", 28);
            }
        };
        var id = (await host.LaunchAsync(JobsHost.Request())).Id;
        var failed = await host.WaitAsync(id, RunState.Failed, RunState.Completed);
        Assert.Contains("No space is left", failed.Error, StringComparison.Ordinal);
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

    [Fact]
    public async Task Zero_shot_and_joint_runs_have_one_stage()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        foreach (var method in new[] { "zero-shot", "joint" })
        {
            var id = (await host.LaunchAsync(JobsHost.Request(method, teir: false))).Id;
            var run = await host.WaitAsync(id, RunState.Completed, RunState.Failed);
            Assert.Null(run.Error);
            Assert.Equal(24, (await host.Queries.ScoresAsync(id)).Count);
            Assert.NotNull(run.Summary.ArT2i);
            Assert.Null(run.Summary.ForgettingT2i);
        }
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
