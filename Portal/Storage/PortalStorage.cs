using CllClip.Portal.Hosting;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Storage;

/// <summary>Services of the portal's database.</summary>
public static class PortalStorage
{
    public static IServiceCollection AddPortalStorage(this IServiceCollection services)
    {
        services.AddLogging(log => log.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Critical)); // what fails is thrown as well, and explained
        services.AddDbContextFactory<PortalDbContext>(
            (provider, options) =>
                options.UseSqlite(provider.GetRequiredService<PortalFolders>().ConnectionString).AddInterceptors(new BusyTimeout())
        );
        services.AddSingleton<PortalDatabase>();
        services.AddHostedService<DatabaseStart>();
        return services;
    }

    /// <summary>Prepares the database before any other service starts.</summary>
    private sealed class DatabaseStart(PortalDatabase database) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.Run(database.Prepare, cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
