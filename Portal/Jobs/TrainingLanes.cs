using Quartz;

namespace CllClip.Portal.Jobs;

/// <summary>Wakes the worker of a lane. There is one durable Quartz job a lane, which never runs twice at the same time; which run is next stands in the runs' own table.</summary>
public sealed class TrainingLanes(ISchedulerFactory schedulers) : IDisposable
{
    internal const string Group = "training";

    private readonly SemaphoreSlim _one = new(1);
    private readonly HashSet<string> _known = [];

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

    public void Dispose() => _one.Dispose();
}

/// <summary>One turn of a lane's worker.</summary>
[DisallowConcurrentExecution]
public sealed class TrainingJob(RunWorker worker) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            await worker.WorkAsync(context.JobDetail.Key.Name, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // shut down before there was anything to train
        }
    }
}
