using System.Collections.Concurrent;
using CllClip.Engine;
using CllClip.Portal.Features.Uploads.Archives;

namespace CllClip.Portal.Features.Uploads;

/// <summary>
/// Unpacks whole uploads one after the other on a thread of its own, and removes what has expired: at the start and every few minutes. What a dead process
/// left half unpacked begins anew.
/// </summary>
internal sealed partial class UploadWorker : BackgroundService
{
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly UploadShelf _shelf;
    private readonly TimeProvider _time;
    private readonly ILogger<UploadWorker> _log;
    private readonly BlockingCollection<string> _queue = [];
    private Thread? _thread;

    public UploadWorker(UploadShelf shelf, TimeProvider time, ILogger<UploadWorker> log)
    {
        (_shelf, _time, _log) = (shelf, time, log);
        _shelf.Whole += Enqueue;
    }

    public override void Dispose()
    {
        _shelf.Whole -= Enqueue;
        base.Dispose(); // cancels
        _thread?.Join(Patience);
        _queue.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the start does not wait for a look at the disk
        Sweep();
        foreach (var upload in _shelf.All.Where(u => u.State == UploadState.Waiting))
        {
            Enqueue(upload.Id);
        }
        _thread = new Thread(() => WorkOff(stoppingToken)) { IsBackground = true, Name = "uploads" };
        _thread.Start();
        using var timer = new PeriodicTimer(BetweenSweeps, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Sweep();
        }
    }

    private void Enqueue(string id) => _queue.Add(id);

    private void Sweep()
    {
        try
        {
            foreach (var name in _shelf.Sweep())
            {
                LogExpired(_log, name);
            }
        }
        catch (Exception error) when (error is EngineException or IOException or UnauthorizedAccessException)
        {
            LogFailed(_log, error, "The uploads could not be looked through");
        }
    }

    private void WorkOff(CancellationToken stop)
    {
        try
        {
            foreach (var id in _queue.GetConsumingEnumerable(stop))
            {
                if (_shelf.Item(id) is { Record.Unpacked: null } item)
                {
                    Work(item, stop);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the portal ends; what is whole is unpacked after the next start
        }
    }

    private void Work(UploadItem item, CancellationToken shutdown)
    {
        while (!item.TryTake()) // the request with the last bytes is about to let go of it
        {
            if (item.Gone)
            {
                return;
            }
            Thread.Sleep(10);
            shutdown.ThrowIfCancellationRequested();
        }
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown, item.Stop.Token);
        try
        {
            var meter = item.Measure();
            _shelf.Say();
            UploadFiles.DeleteFiles(item); // of an unpacking that was cut off
            var (files, bytes) = ArchiveUnpacker.Unpack(
                item.DataFile,
                item.FilesFolder,
                new ArchiveLimits(_shelf.Options.MaxEntries, _shelf.Options.MaxUnpackedBytes),
                new Reporter(meter, _shelf.Say),
                stop.Token
            );
            _shelf.Touch(item, new UnpackOutcome(files, bytes, null));
            File.Delete(item.DataFile); // the files are all that is needed
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // removed, or the portal ends
        }
        catch (Exception error)
        {
            if (error is not EngineException)
            {
                LogFailed(_log, error, "An upload could not be unpacked");
            }
            Failed(item, error.Message, error is ArchiveException { NoRoom: true });
        }
        finally
        {
            item.Meter = null;
            item.Release();
            if (item.Gone)
            {
                UploadFiles.Delete(item.Folder);
            }
            _shelf.Say();
        }
    }

    private void Failed(UploadItem item, string message, bool mayRetry)
    {
        try
        {
            _shelf.Touch(item, new UnpackOutcome(0, 0, message, mayRetry));
            if (!mayRetry)
            {
                File.Delete(item.DataFile); // it would fail again, and takes room
            }
        }
        catch (Exception error) when (error is EngineException or IOException or UnauthorizedAccessException)
        {
            LogFailed(_log, error, "What came of an upload could not be kept");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The upload of {Name} has expired and was removed")]
    private static partial void LogExpired(ILogger log, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Text}")]
    private static partial void LogFailed(ILogger log, Exception error, string text);

    private sealed class Reporter(Datasets.PhaseMeter meter, Action changed) : IProgress<double>
    {
        public void Report(double value)
        {
            if (meter.Report("Unpacking", value))
            {
                changed();
            }
        }
    }
}
