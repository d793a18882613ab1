using CllClip.Engine.Training;
using CllClip.Portal.Hosting;
using CllClip.Portal.Tests.Hosting;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Faults;

/// <summary>A portal's folder with a run that was stopped in its third stage, and the same run undisturbed; made once, damaged in copies.</summary>
public sealed class StoppedRun : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public static PortalOptions Options => new() { Device = "cpu", Jobs = { CheckpointSeconds = 0 } };

    public ToyEngine Engine { get; } = new();

    public string Id { get; private set; } = "";

    /// <summary>Scores of the undisturbed run.</summary>
    public IReadOnlyList<string> Scores { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await using var host = await JobsHost.StartedAsync(Engine, Path.Combine(_folder.Path, "original"), Options);
        var whole = (await host.LaunchAsync(JobsHost.Request("er"))).Id;
        await host.WaitAsync(whole, RunState.Completed);
        Scores = await ScoresAsync(host, whole);
        var epochs = 0;
        Engine.Toy.EpochBegins = language =>
        {
            if (language == "ja" && ++epochs == 2)
            {
                SpinWait.SpinUntil(() => Id.Length > 0);
                host.Runs.StopAsync(Id).Wait();
            }
        };
        Id = (await host.LaunchAsync(JobsHost.Request("er"))).Id;
        await host.WaitAsync(Id, RunState.Stopped);
        Engine.Toy.EpochBegins = null;
        Assert.Equal(2, CheckpointChain.CountStages(host.Folders.Chain(Id)));
        Assert.Equal(2, Directory.GetDirectories(host.Folders.Chain(Id), "within-*").Length);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        Engine.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A copy of the folder.</summary>
    public string Copy()
    {
        var (source, target) = (Path.Combine(_folder.Path, "original"), Path.Combine(_folder.Path, Guid.NewGuid().ToString("N")));
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        return target;
    }

    internal static async Task<IReadOnlyList<string>> ScoresAsync(JobsHost host, string id) =>
        [.. (await host.Queries.ScoresAsync(id)).Select(s => s.ToString())];
}
