using CllClip.Engine.Data.Features;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>What a run will write, held against what one wrote.</summary>
public sealed class RunSpaceTests : IDisposable
{
    private readonly ToyEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Ranks_and_embeddings_are_counted_before_a_run_and_not_when_they_are_there()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var id = (await host.LaunchAsync(JobsHost.Request())).Id;
        await host.WaitAsync(id, RunState.Completed, RunState.Failed);
        await using var db = host.Open();
        var run = db.Runs.Single(r => r.Id == id);
        var whole = RunPlans.ToPlan(run, _engine.Toy, host.Folders.Chain(id), TimeSpan.Zero);
        var fresh = whole with { CheckpointFolder = Path.Combine(host.Folder, "nothing yet") };

        var ranks = Directory.GetFiles(Path.Combine(whole.CheckpointFolder, "ranks")).Sum(f => new FileInfo(f).Length);
        Assert.InRange(RunSpace.Ranks(run, fresh, [_engine.Toy]), 0.7 * ranks, 1.4 * ranks);
        Assert.Equal(
            2 * RunSpace.Ranks(run, fresh, [_engine.Toy]),
            RunSpace.Ranks(run, fresh, [_engine.Toy, new ToyDataset { Id = "other" }])
        );
        Assert.Equal(0, RunSpace.Ranks(run, whole, [_engine.Toy]));

        var (space, model, cache) = (host.Get<RunSpace>(), _engine.Model("emoji-base"), new FeatureCache(host.Folders.Features));
        var embeddings = cache.BytesToWrite(_engine.Toy, model);
        Assert.True(embeddings > 0);
        Assert.Equal(embeddings, space.Needed(run, whole, [_engine.Toy], model, default));
        cache.Load(_engine.Toy, model).Dispose();
        Assert.Equal(0, space.Needed(run, whole, [_engine.Toy], model, default));
        Assert.True(space.Needed(run, fresh, [_engine.Toy], model, default) >= RunSpace.Ranks(run, fresh, [_engine.Toy]));
    }
}
