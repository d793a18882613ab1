using CllClip.Portal.Health;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Pruning;

/// <summary>Applies the rule once the portal is ready, and once a day.</summary>
internal sealed partial class PruneService(
    Pruner pruner,
    IEngineHost engine,
    PortalMetrics metrics,
    TimeProvider time,
    ILogger<PruneService> log
) : BackgroundService
{
    internal static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        pruner.Removed += metrics.Pruned;
        await engine.Ready.WaitAsync(stoppingToken); // the first page and the first search come first
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                if (await pruner.PruneAsync("", stoppingToken) is { Count: > 0 } done)
                {
                    LogDone(done.Count, done.Bytes, done.Failed);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(e); // the next round tries again
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The rule pruned {Count} things, {Bytes} bytes; {Failed} could not be removed")]
    private partial void LogDone(int count, long bytes, int failed);

    [LoggerMessage(Level = LogLevel.Error, Message = "The rule of what is pruned could not be applied.")]
    private partial void LogFailed(Exception error);
}
