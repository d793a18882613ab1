using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Tests.Hosting;
using CllClip.Portal.Tests.Storage;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>Runs on a disk that fills: a real small one, filled by a real file.</summary>
public sealed class RunPauseTests : IDisposable
{
    private readonly ToyEngine _engine = new();
    private readonly TemporaryFolder _folder = new();
    private SmallDisk? _disk;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Disk => Path.Combine(_folder.Path, "disk");

    private string Filler => Path.Combine(Disk, "filler");

    public void Dispose()
    {
        _disk?.Dispose();
        _folder.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public async Task A_run_pauses_before_the_disk_is_full_and_goes_on_by_itself()
    {
        var scores = await UndisturbedAsync();
        await using var host = await OnSmallDiskAsync("64m", reserve: 16);
        _engine.Toy.EpochBegins = language =>
        {
            if (language == "ja" && !File.Exists(Filler))
            {
                Fill(leave: 8 << 20); // less than the reserve, enough for the database
                Thread.Sleep(3000);
            }
        };
        var id = (await host.LaunchAsync(JobsHost.Request())).Id;
        var paused = await host.WaitAsync(id, RunState.Paused, RunState.Completed, RunState.Failed);
        Assert.Equal(RunState.Paused, paused.State);
        Assert.Contains("16 MB are kept", paused.Error, StringComparison.Ordinal);
        Assert.Contains("goes on by itself", paused.Error, StringComparison.Ordinal);
        Assert.True(host.Get<DiskRoom>().IsLow);
        await Task.Delay(5000, Stop);
        Assert.Equal(RunState.Paused, (await host.Queries.GetAsync(id))!.State); // and waits

        _engine.Toy.EpochBegins = null;
        File.Delete(Filler);
        var done = await host.WaitAsync(id, RunState.Completed, RunState.Failed);
        Assert.Equal((RunState.Completed, null), (done.State, done.Error));
        Assert.False(host.Get<DiskRoom>().IsLow);
        Assert.Equal(scores, (await host.Queries.ScoresAsync(id)).Select(s => s.ToString()));
        Assert.Equal(
            ["Queued", "Running", "Paused", "Queued", "Running", "Completed"],
            (await host.Queries.HistoryAsync(id)).Select(h => h.State.ToString())
        );
    }

    [Fact]
    public async Task A_disk_that_is_full_at_once_pauses_the_run_too_and_nothing_is_lost()
    {
        var scores = await UndisturbedAsync();
        await using var host = await OnSmallDiskAsync("64m", reserve: 0);
        _engine.Toy.EpochBegins = language =>
        {
            if (language == "ja" && !File.Exists(Filler))
            {
                Fill(leave: 0);
            }
        };
        var id = (await host.LaunchAsync(JobsHost.Request())).Id;
        while (!File.Exists(Filler))
        {
            await Task.Delay(20, Stop);
        }
        _engine.Toy.EpochBegins = null;
        await Task.Delay(4000, Stop); // the run meets the full disk, and even its pause cannot be stored
        Assert.NotEqual(RunState.Failed, (await host.Queries.GetAsync(id))!.State);
        File.Delete(Filler);
        await host.WaitAsync(id, RunState.Completed);
        Assert.Equal(scores, (await host.Queries.ScoresAsync(id)).Select(s => s.ToString()));
        Assert.DoesNotContain(RunState.Failed, (await host.Queries.HistoryAsync(id)).Select(h => h.State));
    }

    [Fact]
    public async Task A_run_that_would_not_fit_waits_for_room_and_can_be_stopped_and_deleted()
    {
        await using var host = await OnSmallDiskAsync("64m", reserve: 48);
        Fill(leave: 20 << 20);
        var id = (await host.LaunchAsync(JobsHost.Request())).Id;
        var paused = await host.WaitAsync(id, RunState.Paused, RunState.Completed, RunState.Failed);
        Assert.Equal(RunState.Paused, paused.State);
        Assert.Contains("48 MB are kept", paused.Error, StringComparison.Ordinal);

        Assert.Equal(ActionOutcome.Done, (await host.Runs.ResumeAsync(id)).Outcome); // a person may try; it pauses again
        await host.WaitAsync(id, RunState.Paused);
        Assert.Equal(ActionOutcome.Done, (await host.Runs.StopAsync(id)).Outcome);
        Assert.Equal(RunState.Stopped, (await host.Queries.GetAsync(id))!.State);
        Assert.Equal(ActionOutcome.Done, (await host.Runs.DeleteAsync(id)).Outcome);
    }

    [Fact]
    public async Task A_paused_run_goes_on_after_a_restart_when_there_is_room()
    {
        string id;
        _disk = SmallDisk.Mount(Disk, "64m");
        var options = new PortalOptions { Device = "cpu", Jobs = { ReserveMegabytes = 16 } };
        await using (var host = await JobsHost.StartedAsync(_engine, _disk.Folder, options))
        {
            Fill(leave: 8 << 20);
            id = (await host.LaunchAsync(JobsHost.Request())).Id;
            await host.WaitAsync(id, RunState.Paused);
        }
        await using (var host = await JobsHost.StartedAsync(_engine, _disk.Folder, options))
        {
            await Task.Delay(3000, Stop);
            Assert.Equal(RunState.Paused, (await host.Queries.GetAsync(id))!.State);
            File.Delete(Filler);
            await host.WaitAsync(id, RunState.Completed);
        }
    }

    [Fact]
    public async Task Memory_that_cannot_be_had_fails_one_run_and_the_next_is_trained()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        _engine.Toy.EpochBegins = _ => TorchSharp.torch.empty(1L << 50).Dispose();
        var greedy = (await host.LaunchAsync(JobsHost.Request(languages: ["en"]))).Id;
        var failed = await host.WaitAsync(greedy, RunState.Failed);
        Assert.Contains("The memory was not enough", failed.Error, StringComparison.Ordinal);
        Assert.Contains("smaller batch", failed.Error, StringComparison.Ordinal);
        _engine.Toy.EpochBegins = null;
        await host.WaitAsync((await host.LaunchAsync(JobsHost.Request(languages: ["en"]))).Id, RunState.Completed);
    }

    private async Task<List<string>> UndisturbedAsync()
    {
        await using var host = await JobsHost.StartedAsync(_engine);
        var id = (await host.LaunchAsync(JobsHost.Request())).Id;
        await host.WaitAsync(id, RunState.Completed);
        return [.. (await host.Queries.ScoresAsync(id)).Select(s => s.ToString())];
    }

    private async Task<JobsHost> OnSmallDiskAsync(string size, int reserve)
    {
        _disk = SmallDisk.Mount(Disk, size);
        return await JobsHost.StartedAsync(
            _engine,
            _disk.Folder,
            new PortalOptions { Device = "cpu", Jobs = { ReserveMegabytes = reserve, CheckpointSeconds = 0 } }
        );
    }

    /// <summary>Takes all room of the disk but this many bytes.</summary>
    private void Fill(long leave)
    {
        using var file = new FileStream(Filler, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
        var block = new byte[64 << 10];
        try
        {
            while (new DriveInfo(Disk).AvailableFreeSpace > leave)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // full to the last byte
        }
    }
}
