using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Uploads;

/// <summary>Services of uploads.</summary>
public static class UploadServices
{
    /// <summary>What knows the uploads; for pages, API and command line.</summary>
    /// <exception cref="Engine.EngineException">A setting is wrong.</exception>
    public static IServiceCollection AddUploadShelf(this IServiceCollection services, IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton((settings.GetSection(UploadOptions.Section).Get<UploadOptions>() ?? new()).Check());
        return services.AddSingleton(s => new UploadShelf(
            s.GetRequiredService<PortalFolders>(),
            s.GetRequiredService<UploadOptions>(),
            s.GetRequiredService<Datasets.CorpusShelf>(),
            s.GetRequiredService<BaseModels>(),
            s.GetService<TimeProvider>() ?? TimeProvider.System
        ));
    }

    /// <summary>Unpacks and removes in the background, and serves the pages.</summary>
    public static IServiceCollection AddUploads(this IServiceCollection services)
    {
        services.AddHostedService<UploadWorker>();
        return services.AddScoped<UploadDesk>();
    }
}
