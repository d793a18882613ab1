namespace CllClip.Portal.Features.Leaderboard;

/// <summary>Works out the figures of all stored runs once after the start: with hundreds of runs that takes seconds, which no visitor should wait for.</summary>
internal sealed partial class LeaderboardWarmUp(IOwnResults results, ILogger<LeaderboardWarmUp> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Yield(); // the start does not wait for it
            await results.ReadAsync(stopped: false, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
        catch (ObjectDisposedException) { } // a start that failed, for example over a port in use, takes the services down at once
        catch (Exception error)
        {
            LogFailed(log, error); // whoever opens the leaderboard learns why
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The results of the stored runs could not be read ahead")]
    private static partial void LogFailed(ILogger log, Exception error);
}
