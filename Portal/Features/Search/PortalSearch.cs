namespace CllClip.Portal.Features.Search;

/// <summary>Services of search.</summary>
public static partial class PortalSearch
{
    public static IServiceCollection AddSearch(this IServiceCollection services)
    {
        services.AddSingleton<CheckpointQueries>();
        services.AddSingleton<LoadedCheckpoints>();
        services.AddSingleton<SearchService>();
        services.AddSingleton<ISearch>(s => s.GetRequiredService<SearchService>());
        services.AddHostedService<SearchStart>();
        return services;
    }

    /// <summary>Warms search as soon as the data set is there, so that the first person to search does not wait.</summary>
    private sealed partial class SearchStart(SearchService search, ILogger<SearchStart> log) : BackgroundService
    {
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

        [LoggerMessage(Level = LogLevel.Warning, Message = "Search could not be warmed: {Reason}")]
        private static partial void LogCold(ILogger log, string reason);
    }
}
