using CllClip.Portal.Features.Import;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Schedule;
using CllClip.Portal.Features.Sweeps;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Quartz;

namespace CllClip.Portal.Jobs;

/// <summary>Services of runs.</summary>
public static class PortalJobs
{
    private const int MostLanes = 16;

    /// <summary>Launching, the queue and its workers, recovery, and the desk of the pages; needs the storage and an <see cref="IEngineHost"/>.</summary>
    public static IServiceCollection AddPortalJobs(this IServiceCollection services)
    {
        services.AddRunStore();
        services.AddLogging(log => log.AddFilter("Quartz", LogLevel.Warning));
        services.AddSingleton<ActiveRuns>();
        services.AddSingleton<DiskRoom>();
        services.AddSingleton<RunSpace>();
        services.AddSingleton<RunWorker>();
        services.AddSingleton<Calibration>();
        services.AddSingleton<RunMeasurements>();
        services.AddSingleton<ScheduleQueries>();
        services.AddSingleton<TrainingLanes>();
        services.AddSingleton<RunService>();
        services.TryAddSingleton<BaseModels>();
        services.Replace(ServiceDescriptor.Singleton<IRunDesk, RunDesk>());
        services.AddSingleton<QueueFile>();
        services.AddHostedService(provider => provider.GetRequiredService<QueueFile>());
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(options =>
            {
                options.InstanceName = "runs";
                options.ShutdownJobInterruption = ShutdownJobInterruption.Always; // the run goes back to the queue
            });
            quartz.UseDefaultThreadPool(MostLanes);
            quartz.UsePersistentStore(store =>
            {
                store.UseSqlite(options =>
                    options.DataSourceFactory = provider =>
                        SqliteFactory.Instance.CreateDataSource(provider.GetRequiredService<QueueFile>().ConnectionString)
                );
                store.ProvisionSchema();
            });
        });
        services.AddHostedService<RunRecovery>();
        services.AddHostedService<RoomWatch>();
        services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        return services;
    }

    /// <summary>What stores, publishes and reads runs, without anything that works on them.</summary>
    public static IServiceCollection AddRunStore(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IFeedHistory, FeedHistory>();
        services.AddSingleton<RunFeed>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<RunQueries>();
        services.AddSingleton<ScoreLogs>();
        services.AddSingleton<SharedWatches>();
        services.AddSingleton<SweepQueries>();
        services.AddSingleton<RunImport>();
        services.AddSingleton<ScoreImport>();
        services.AddSingleton<RunUses>();
        services.AddSingleton<RunChains>();
        services.AddSingleton<CheckpointUses>();
        return services;
    }
}
