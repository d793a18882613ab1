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
        var steps = host.Queries.Steps(run.Id);
        Assert.Equal([1, 2, 3, 4], steps.Select(s => s.Stage).Distinct());
        Assert.All(steps, s => Assert.True(s.Terms["total"] > 0 && s.Terms["gradNorm"] > 0 && s.PairsPerSecond > 0));
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
}
