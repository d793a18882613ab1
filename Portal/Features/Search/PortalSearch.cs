using CllClip.Portal.Features.Search.Galleries;
using CllClip.Portal.Features.Search.Own;
using CllClip.Portal.Features.Search.Words;

namespace CllClip.Portal.Features.Search;

/// <summary>Services of search.</summary>
public static partial class PortalSearch
{
    public static IServiceCollection AddSearch(this IServiceCollection services)
    {
        services.AddSingleton<CheckpointQueries>();
        services.AddSingleton<GalleryShelf>();
        services.AddSingleton<LoadedCheckpoints>();
        services.AddSingleton<ChanceLevels>();
        services.AddSingleton<QueryImages>();
        services.AddSingleton<CaptionShelf>();
        services.AddSingleton<ImageWords>();
        services.AddScoped<OwnImages>(); // one a circuit
        services.AddSingleton<SearchService>();
        services.AddSingleton<Pictures>();
        services.AddSingleton<ISearch>(s => s.GetRequiredService<SearchService>());
        services.AddHostedService<SearchStart>();
        return services;
    }

    /// <summary>Warms search as soon as the data set is there, so that the first person to search does not wait.</summary>
    private sealed partial class SearchStart(SearchService search, ILogger<SearchStart> log) : BackgroundService
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            try
            {
                await search.WarmAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                LogCold(log, error.Message); // whoever searches is told in full
            }
        }

        /// <summary>Waits for what is being loaded: a process that ends inside a native call (a port in use at start) writes that library's own words.</summary>
        public override void Dispose()
        {
            base.Dispose(); // cancels
            if (ExecuteTask is { IsCompleted: false } warming)
            {
                Task.WaitAny([warming], Patience);
            }
        }

        [LoggerMessage(Level = LogLevel.Warning, Message = "Search could not be warmed: {Reason}")]
        private static partial void LogCold(ILogger log, string reason);
    }
}
