using CllClip.Portal.Features.Datasets.Preview;
using CllClip.Portal.Features.Datasets.Statistics;

namespace CllClip.Portal.Features.Datasets;

/// <summary>Services of users' own data sets.</summary>
public static class PortalDatasets
{
    /// <summary>What registers and prepares them; needs the engine and the storage.</summary>
    public static IServiceCollection AddCorpora(this IServiceCollection services)
    {
        services.AddSingleton<CorpusRegistrar>();
        services.AddSingleton<CorpusPreparer>();
        return services;
    }

    /// <summary>Prepares in the background what is pending, and serves the page.</summary>
    public static IServiceCollection AddPortalDatasets(this IServiceCollection services)
    {
        services.AddHostedService(s => s.GetRequiredService<CorpusPreparer>());
        services.AddSingleton<PreviewShelf>();
        services.AddSingleton<StatisticsWorker>();
        services.AddHostedService(s => s.GetRequiredService<StatisticsWorker>());
        return services.AddScoped<DatasetDesk>();
    }
}
