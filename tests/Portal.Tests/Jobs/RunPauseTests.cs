using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Tests.Faults;
using CllClip.Portal.Tests.Hosting;
using CllClip.Portal.Tests.Storage;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>Runs on a disk that fills: a real small one, filled by a real file.</summary>
public sealed class RunPauseTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
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
        string? id = null;
        _engine.Toy.EpochBegins = language =>
        {
            if (language == "ja" && !File.Exists(Filler))
            {
                Fill(leave: 8 << 20); // less than the reserve, enough for the database
                Assert.True(SpinWait.SpinUntil(() => id is not null && host.Get<ActiveRuns>().PauseOf(id) is not null, Patience));
            }
        };
        id = (await host.LaunchAsync(JobsHost.Request())).Id;
        var paused = await host.WaitAsync(id, RunState.Paused, RunState.Completed, RunState.Failed);
        Assert.Equal(RunState.Paused, paused.State);
        Assert.Contains("16 MB are kept", paused.Error, StringComparison.Ordinal);
        FaultTable.Holds("disk nearly full while a run is trained", paused.Error!);
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
        while (host.Get<DiskRoom>().MayGoOn(id)) // until the run has met the full disk; even its pause cannot be stored then
        {
            await Task.Delay(20, Stop);
        }
        await Task.Delay(1000, Stop);
        Assert.NotEqual(RunState.Failed, (await host.Queries.GetAsync(id))!.State);
        File.Delete(Filler);
        await host.WaitAsync(id, RunState.Completed);
        Assert.Equal(scores, (await host.Queries.ScoresAsync(id)).Select(s => s.ToString()));
        var history = await host.Queries.HistoryAsync(id);
        Assert.DoesNotContain(RunState.Failed, history.Select(h => h.State));
        FaultTable.Holds("disk full at once", string.Join('\n', history.Select(h => h.Reason)));
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
        FaultTable.Holds("no room for a run before it begins", paused.Error!);

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
        FaultTable.Holds("memory that cannot be had", failed.Error!);
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
