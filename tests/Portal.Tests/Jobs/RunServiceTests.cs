using System.Text.Json;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

public sealed class RunServiceTests : IDisposable
{
    // Never ready: runs are queued but nothing is trained.
    private readonly ToyEngine _engine = new() { Ready = new TaskCompletionSource().Task };

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Every_wrong_field_is_named_and_nothing_is_queued()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var request = new RunRequest
        {
            Method = "cll-clip",
            Dataset = "toy",
            Model = "nope",
            Languages = ["en", "en", "xx"],
            Epochs = 0,
            Seed = -1,
            Device = "cuda:7",
            Options = new Dictionary<string, JsonElement>
            {
                ["learningRate"] = JsonSerializer.SerializeToElement(-1),
                ["nonsense"] = JsonSerializer.SerializeToElement(1),
            },
        };
        var result = await host.Runs.LaunchAsync(request, TestContext.Current.CancellationToken);
        Assert.Null(result.Run);
        Assert.Equal(
            ["device", "epochs", "languages", "model", "options.learningRate", "options.nonsense", "seed"],
            result.Errors.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Equal(0, (await host.Queries.ListAsync(new RunFilter())).Total);
    }

    [Fact]
    public async Task Several_requests_are_queued_all_or_none()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var refused = await host.Desk.SubmitAsync([JobsHost.Request(), JobsHost.Request() with { Method = "nope" }], default);
        Assert.Empty(refused.Runs);
        Assert.Contains("method", refused.Errors.Keys);
        Assert.Equal(0, (await host.Queries.ListAsync(new RunFilter())).Total);
        var made = await host.Desk.SubmitAsync([.. Enumerable.Range(1, 3).Select(s => JobsHost.Request(seed: s))], default);
        Assert.Equal([1, 2, 3], made.Runs.Select(r => r.Seed));
        Assert.Equal(3, (await host.Queries.ListAsync(new RunFilter())).Total);
    }

    [Fact]
    public async Task Defaults_are_the_data_sets_and_names_say_what_it_is()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var run = await host.LaunchAsync(
            new RunRequest
            {
                Method = "cll-clip",
                Teir = true,
                Dataset = "toy",
                Languages = ["en", "de"],
                Tags = ["a", "a", "b"],
            }
        );
        Assert.Equal("CLL-CLIP+TEIR, en de", run.Name);
        Assert.Equal((2, 1, "cpu"), (run.Epochs, run.Seed, run.Device));
        Assert.Equal(0.004, run.Options["learningRate"].GetDouble());
        Assert.Equal(60, run.Options["vocabularySize"].GetInt64());
        Assert.Equal(["a", "b"], run.Tags);
        var named = await host.LaunchAsync(JobsHost.Request(seed: 7) with { Name = "  mine " });
        Assert.Equal("mine", named.Name);
    }

    [Fact]
    public async Task While_the_data_set_is_prepared_a_launch_says_so()
    {
        _engine.Preparation = new PreparationStatus(false, "Drawing", 0.4, 10, null);
        await using var host = await JobsHost.StartedAsync(_engine);
        var result = await host.Runs.LaunchAsync(JobsHost.Request(), TestContext.Current.CancellationToken);
        Assert.Contains("Drawing, 40 %", Assert.Single(result.Errors["dataset"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queued_run_is_stopped_at_once_resumed_and_deleted()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var id = (await host.LaunchAsync(JobsHost.Request())).Id;
        Assert.Equal(ActionOutcome.Conflict, (await host.Runs.ResumeAsync(id)).Outcome);
        Assert.Equal(ActionOutcome.Done, (await host.Runs.StopAsync(id)).Outcome);
        Assert.Equal(RunState.Stopped, (await host.Queries.GetAsync(id))!.State);
        Assert.Equal(ActionOutcome.Conflict, (await host.Runs.StopAsync(id)).Outcome);
        Assert.Equal(ActionOutcome.Done, (await host.Runs.ResumeAsync(id)).Outcome);
        Assert.Equal(RunState.Queued, (await host.Queries.GetAsync(id))!.State);
        Directory.CreateDirectory(host.Folders.Chain(id));
        Assert.Equal(ActionOutcome.Done, (await host.Runs.DeleteAsync(id)).Outcome);
        Assert.False(Directory.Exists(host.Folders.Run(id)));
        Assert.Null(await host.Queries.GetAsync(id));
    }

    [Theory]
    [InlineData(RunState.Running)]
    [InlineData(RunState.Stopping)]
    public async Task A_run_that_no_worker_holds_any_more_can_be_stopped_and_deleted(RunState left)
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var id = (await host.LaunchAsync(JobsHost.Request())).Id;
        host.Get<RunStore>().Move(id, RunState.Running, "A worker that is gone.");
        if (left == RunState.Stopping)
        {
            host.Get<RunStore>().Move(id, RunState.Stopping, "Asked before.");
        }
        Assert.Equal(ActionOutcome.Done, (await host.Runs.StopAsync(id)).Outcome);
        var run = (await host.Queries.GetAsync(id))!;
        Assert.Equal(RunState.Stopped, run.State);
        Assert.NotNull(run.EndedAt);
        Assert.Equal(ActionOutcome.Done, (await host.Runs.DeleteAsync(id)).Outcome);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("../..")]
    [InlineData("a/../../b")]
    public async Task Actions_on_a_run_that_is_not_there_say_so(string id)
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        Assert.Equal(ActionOutcome.NotFound, (await host.Runs.StopAsync(id)).Outcome);
        Assert.Equal(ActionOutcome.NotFound, (await host.Runs.ResumeAsync(id)).Outcome);
        Assert.Equal(ActionOutcome.NotFound, (await host.Runs.DeleteAsync(id)).Outcome);
        Assert.Null(await host.Desk.OpenAsync(id));
    }

    [Fact]
    public async Task The_form_is_made_from_what_there_is()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var context = await host.Desk.LaunchContextAsync();
        Assert.Equal([("toy", "Toy")], context.Datasets);
        Assert.Equal(["emoji-base"], context.Models);
        Assert.Same(_engine.Toy, Assert.Single(context.Opened));
        Assert.Equal(["auto", "cpu"], context.Devices.Take(2));
    }
}
