using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>Runs that are evaluated on further data sets, through queue, worker and store.</summary>
public sealed class TestSetRunTests : IDisposable
{
    private readonly ToyEngine _engine = new() { Others = [Photos("x-1")] };

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Scores_on_a_further_set_are_stored_beside_and_do_not_touch_the_summary()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var alone = await EndAsync(host, JobsHost.Request(languages: ["en", "de"]));
        var run = await EndAsync(host, JobsHost.Request(languages: ["en", "de"]) with { TestSets = ["photos"] });
        Assert.Equal((RunState.Completed, null), (run.State, run.Error));
        Assert.Equal(["photos"], run.TestSets);
        Assert.Equal("x-1", Assert.Single(run.Provenance!.TestSetRevisions!).Value);
        Assert.Null(alone.Provenance!.TestSetRevisions);
        Assert.Equal(alone.Summary, run.Summary);
        var scores = await host.Queries.ScoresAsync(run.Id);
        Assert.Equal(await host.Queries.ScoresAsync(alone.Id), scores.Where(s => s.Dataset is null));
        var further = scores.Where(s => s.Dataset == "photos").ToList();
        Assert.Equal(6, further.Count); // German after the second task
        Assert.All(further, s => Assert.Equal((2, "de", "toy", 12), (s.Stage, s.Language, s.Protocol, s.N)));
        Assert.True(run.Progress!.Fraction > 0.999);
    }

    [Fact]
    public async Task A_further_set_that_is_gone_or_has_changed_fails_the_run_by_name()
    {
        using var failing = new FailAfterFirst(_engine);
        await using var host = await JobsHost.StartedAsync(_engine);
        var run = await EndAsync(host, JobsHost.Request(languages: ["en", "de"]) with { TestSets = ["photos"] });
        Assert.Equal(RunState.Failed, run.State);
        _engine.Toy.EpochBegins = null;

        _engine.Others = [Photos("x-2")];
        await host.Runs.ResumeAsync(run.Id);
        run = await host.WaitAsync(run.Id, RunState.Failed, RunState.Completed);
        Assert.Contains("'photos' has changed", run.Error, StringComparison.Ordinal);

        _engine.Others = [];
        await host.Runs.ResumeAsync(run.Id);
        run = await host.WaitAsync(run.Id, RunState.Failed, RunState.Completed);
        Assert.Contains("'photos' is not there", run.Error, StringComparison.Ordinal);

        _engine.Others = [Photos("x-1")];
        await host.Runs.ResumeAsync(run.Id);
        run = await host.WaitAsync(run.Id, RunState.Failed, RunState.Completed);
        Assert.Equal((RunState.Completed, null), (run.State, run.Error));
    }

    private static ToyDataset Photos(string revision) =>
        new()
        {
            Id = "photos",
            Name = "Photos",
            Revision = revision,
            Languages = ["ja", "de"],
            Things = 12,
        };

    private static async Task<RunView> EndAsync(JobsHost host, RunRequest request) =>
        await host.WaitAsync((await host.LaunchAsync(request)).Id, RunState.Completed, RunState.Failed);

    /// <summary>Ends a run in its second task.</summary>
    private sealed class FailAfterFirst : IDisposable
    {
        private readonly ToyEngine _engine;

        public FailAfterFirst(ToyEngine engine)
        {
            _engine = engine;
            engine.Toy.EpochBegins = language =>
            {
                if (language == "de")
                {
                    throw new InvalidOperationException("the test ends the run here");
                }
            };
        }

        public void Dispose() => _engine.Toy.EpochBegins = null;
    }
}
