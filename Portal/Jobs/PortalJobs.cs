using CllClip.Portal.Features.Runs;
using CllClip.Portal.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CllClip.Portal.Jobs;

/// <summary>Services of runs: store, feed, queries.</summary>
public static class PortalJobs
{
    public static IServiceCollection AddRunStore(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IFeedHistory, FeedHistory>();
        services.AddSingleton<RunFeed>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<RunQueries>();
        services.AddSingleton<RunImport>();
        return services;
    }
}
