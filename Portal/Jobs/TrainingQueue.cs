using Quartz;

namespace CllClip.Portal.Jobs;

/// <summary>Wakes the worker of a lane. There is one durable Quartz job a lane, which never runs twice at the same time; which run is next stands in the runs' own table.</summary>
public sealed class TrainingQueue(ISchedulerFactory schedulers)
{
    internal const string Group = "training";

    /// <summary>Has the lane's worker look for queued runs, now or as soon as it is free.</summary>
    public async Task WakeAsync(string lane, CancellationToken stop = default)
    {
        var scheduler = await schedulers.GetScheduler(stop);
        var key = new JobKey(lane, Group);
        if (!await scheduler.CheckExists(key, stop))
        {
            var job = JobBuilder.Create<TrainingJob>().WithIdentity(key).StoreDurably().RequestRecovery().Build();
            await scheduler.AddJob(job, stop);
        }
        await scheduler.TriggerJob(key, cancellationToken: stop);
    }
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
