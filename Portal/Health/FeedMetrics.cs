using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Health;

/// <summary>Counts what goes through the feed. Figures may miss something; the portal does not end for them.</summary>
internal sealed partial class FeedMetrics(RunFeed feed, PortalMetrics metrics, TimeProvider time, ILogger<FeedMetrics> log)
    : BackgroundService
{
    private const string Training = "training";
    internal static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, (RunProgress Progress, long At)> _last = [];

    /// <summary>Messages that wait for the counting at most; beyond, they are read from the store.</summary>
    internal int QueueLength { get; init; } = RunFeed.QueueLength;

    /// <summary>Steps done between two progress messages, of which many in between were left out.</summary>
    internal static int StepsBetween(RunProgress? before, RunProgress now) =>
        before is not null && before.Stage == now.Stage ? Math.Max(0, now.Step - before.Step)
        : before is not null && before.Stage == now.Stage - 1 ? Math.Max(0, before.Steps - before.Step) + now.Step
        : now.Step;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CountAsync(stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                LogEnded(log, error.GetBaseException().Message, Pause.TotalSeconds); // the store could not be read
                await Task.Delay(Pause, time, stoppingToken);
            }
        }
    }

    private async Task CountAsync(CancellationToken stop)
    {
        await using var subscription = feed.Subscribe(null, QueueLength);
        await foreach (var message in subscription.Events.ReadAllAsync(stop))
        {
            Count(message);
        }
    }

    private void Count(object message)
    {
        switch (message)
        {
            case ProgressMessage { Progress: var now } progress:
                Count(progress.RunId, now);
                break;
            case ScoreMessage:
                metrics.Scored();
                break;
            case StateMessage state:
                metrics.Entered(state.State);
                if (!RunTransitions.IsActive(state.State))
                {
                    _last.Remove(state.RunId);
                    metrics.Reached(state.RunId, null);
                }
                break;
        }
    }

    private void Count(string run, RunProgress now)
    {
        var (before, at) = _last.GetValueOrDefault(run);
        var steps = StepsBetween(before, now);
        metrics.Stepped(steps, now.PairsPerSecond);
        metrics.Reached(run, now.Fraction);
        if (steps > 0 && before is { Phase: Training } && now.Phase == Training && before.Stage == now.Stage && before.Epoch == now.Epoch)
        {
            metrics.Timed(steps, time.GetElapsedTime(at)); // between epochs lies validation
        }
        _last[run] = (now, time.GetTimestamp());
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The metrics miss what happens in runs ({Reason}); counting goes on in {Seconds} s")]
    private static partial void LogEnded(ILogger log, string reason, double seconds);
}
