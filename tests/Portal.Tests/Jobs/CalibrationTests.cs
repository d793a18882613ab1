using CllClip.Portal.Features.Launch;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Portal.Localization;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

public sealed class CalibrationTests : IDisposable
{
    private readonly ToyEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task The_form_gets_an_estimate_from_this_machine_before_any_run_and_the_next_start_remembers_it()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var context = await host.Desk.LaunchContextAsync();
        Assert.True(context.Provisional);
        for (var i = 0; context.Provisional && i < 1000; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            context = await host.Desk.LaunchContextAsync();
        }
        var calibration = Assert.Single(context.Measured);
        Assert.True(calibration.Calibration);
        var estimate = RunEstimator.Estimate(JobsHost.Request(), context.Measured, l => 24, 2, context.EmbeddingWidth, PageText.English);
        Assert.True(estimate.Seconds > 0);
        Assert.Contains("calibration on this machine", estimate.Source, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(host.Folders.DataRoot, "calibration.tmp")));
        Assert.Equal(0, (await host.Queries.ListAsync(new RunFilter())).Total); // it is no run
        await host.StopAsync();

        await using var second = await JobsHost.StartedAsync(_engine, host.Folder);
        Assert.False((await second.Desk.LaunchContextAsync()).Provisional);
    }

    [Fact]
    public async Task A_run_goes_before_the_calibration()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        using var going = new ManualResetEventSlim();
        _engine.Toy.EpochBegins = _ => going.Wait(TimeSpan.FromSeconds(30));
        await host.LaunchAsync(JobsHost.Request(languages: ["en"]));
        while (host.Get<ActiveRuns>().Ids.Count == 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        var context = await host.Desk.LaunchContextAsync();
        Assert.False(context.Provisional);
        Assert.Empty(context.Measured);
        going.Set();
    }

    [Fact]
    public async Task The_portal_s_end_waits_for_the_step_at_hand_so_that_nothing_is_freed_under_it()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = 0;
        await using (var host = await JobsHost.StartedAsync(_engine))
        {
            _engine.Toy.EpochBegins = _ =>
            {
                Interlocked.Increment(ref inside);
                begun.TrySetResult();
                Thread.Sleep(1500);
                Interlocked.Decrement(ref inside);
            };
            Assert.True((await host.Desk.LaunchContextAsync()).Provisional);
            await begun.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
        Assert.Equal(0, Volatile.Read(ref inside));
    }

    [Fact]
    public void A_part_of_a_data_set_is_the_same_every_time_and_in_proportion()
    {
        var part = new PartOfDataset(_engine.Toy, ["de", "ja"], 6);
        Assert.Equal(6, part.TrainingPairCount("ja"));
        Assert.Equal(
            part.TrainingEpoch("de", new Random(1)).Select(p => p.Image).Order(),
            new PartOfDataset(_engine.Toy, ["de", "ja"], 6).TrainingEpoch("de", new Random(9)).Select(p => p.Image).Order()
        );
        Assert.Subset(part.TrainingTexts("de").ToHashSet(), part.TrainingEpoch("de", new Random(2)).Select(p => p.Caption).ToHashSet());
        var validation = part.Validation("de")!;
        Assert.Equal(6, validation.Images.Count);
        Assert.All(validation.ImageOfCaption, i => Assert.InRange(i, 0, 5));
        Assert.Equal(24, part.Tests("de")[0].Images.Count);
    }
}
