using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Health;

/// <summary>Counts what goes through the feed.</summary>
internal sealed class FeedMetrics(RunFeed feed, PortalMetrics metrics) : BackgroundService
{
    private readonly Dictionary<string, RunProgress> _last = [];

    /// <summary>Steps done between two progress messages, of which many in between were left out.</summary>
    internal static int StepsBetween(RunProgress? before, RunProgress now) =>
        before is not null && before.Stage == now.Stage ? Math.Max(0, now.Step - before.Step)
        : before is not null && before.Stage == now.Stage - 1 ? Math.Max(0, before.Steps - before.Step) + now.Step
        : now.Step;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var subscription = feed.Subscribe(null);
        await foreach (var message in subscription.Events.ReadAllAsync(stoppingToken))
        {
            Count(message);
        }
    }

    private void Count(object message)
    {
        switch (message)
        {
            case ProgressMessage { Progress: var now } progress:
                metrics.Stepped(StepsBetween(_last.GetValueOrDefault(progress.RunId), now), now.PairsPerSecond);
                _last[progress.RunId] = now;
                break;
            case ScoreMessage:
                metrics.Scored();
                break;
            case StateMessage state:
                metrics.Entered(state.State);
                if (!RunTransitions.IsActive(state.State))
                {
                    _last.Remove(state.RunId);
                }
                break;
        }
    }
}
