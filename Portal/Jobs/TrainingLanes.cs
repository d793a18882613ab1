using Quartz;

namespace CllClip.Portal.Jobs;

/// <summary>Wakes the worker of a lane. There is one durable Quartz job a lane, which never runs twice at the same time; which run is next stands in the runs' own table.</summary>
public sealed partial class TrainingLanes(
    ISchedulerFactory schedulers,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<TrainingLanes> log
) : IDisposable
{
    internal const string Group = "training";

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _one = new(1);
    private readonly HashSet<string> _known = [];
    private readonly HashSet<string> _late = []; // lanes still to be woken; also the lock of the two
    private bool _retrying;

    /// <summary>Has the lane's worker look for queued runs, now or as soon as it is free.</summary>
    public async Task WakeAsync(string lane, CancellationToken stop = default)
    {
        var scheduler = await schedulers.GetScheduler(stop);
        var key = new JobKey(lane, Group);
        await _one.WaitAsync(stop);
        try
        {
            if (!_known.Contains(lane))
            {
                var job = JobBuilder.Create<TrainingJob>().WithIdentity(key).StoreDurably().RequestRecovery().Build();
                await scheduler.AddJob(job, AddJobOptions.Replacing, stop); // an older version's may name another class
                _known.Add(lane);
            }
        }
        finally
        {
            _one.Release();
        }
        await scheduler.TriggerJob(key, cancellationToken: stop);
    }

    /// <summary>
    /// As <see cref="WakeAsync"/>, but never fails: where Quartz's file refuses (busy, or its disk full) the lane is woken later. The run waits in the runs'
    /// table anyway, and the next start would wake it too.
    /// </summary>
    public async Task WakeOrRetryAsync(string lane)
    {
        if (!await TryWakeAsync(lane))
        {
            Retry(lane);
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<bool> TryWakeAsync(string lane)
    {
        try
        {
            await WakeAsync(lane);
            return true;
        }
        catch (Exception) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return true; // the next start wakes it
        }
        catch (Exception error)
        {
            LogRefused(log, lane, error.GetBaseException().Message);
            return false;
        }
    }

    private void Retry(string lane)
    {
        lock (_late)
        {
            _late.Add(lane);
            if (!_retrying)
            {
                _retrying = true;
                _ = Task.Run(RetryAsync);
            }
        }
    }

    private async Task RetryAsync()
    {
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            await Task.Delay(wait, time, lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (lifetime.ApplicationStopping.IsCancellationRequested)
            {
                return;
            }
            string[] lanes;
            lock (_late)
            {
                lanes = [.. _late];
                _late.Clear(); // before they are woken: a run that comes now asks again
            }
            var refused = new List<string>();
            foreach (var lane in lanes)
            {
                if (!await TryWakeAsync(lane))
                {
                    refused.Add(lane);
                }
            }
            lock (_late)
            {
                _late.UnionWith(refused);
                if (_late.Count == 0)
                {
                    _retrying = false;
                    return;
                }
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The queue's file queue.db refuses to wake the worker of {Lane} ({Reason}); trying again"
    )]
    private static partial void LogRefused(ILogger log, string lane, string reason);
}

/// <summary>One turn of a lane's worker.</summary>
[DisallowConcurrentExecution]
public sealed class TrainingJob(RunWorker worker, IHostApplicationLifetime lifetime) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        // At once: Quartz is told only after the server has let the last transfer end, and whoever sent the signal may not wait so long.
        using var shutdown = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            await worker.WorkAsync(context.JobDetail.Key.Name, shutdown.Token);
        }
        catch (OperationCanceledException) when (shutdown.IsCancellationRequested)
        {
            // shut down before there was anything to train
        }
    }
}
