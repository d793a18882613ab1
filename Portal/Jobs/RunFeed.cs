using System.Collections.Concurrent;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Jobs;

/// <summary>Reads messages again from the store, for a subscriber that could not follow.</summary>
public interface IFeedHistory
{
    /// <summary>Scores, states and log lines of a run from the given positions on, each with its position, in the order of time.</summary>
    Task<IReadOnlyList<FeedItem>> SinceAsync(string runId, FeedPosition from, CancellationToken stop);
}

/// <summary>What may not be dropped.</summary>
public enum FeedKind
{
    Score,
    State,
    Log,
}

/// <summary>A message that is never dropped, and its position among the run's messages of its kind (from 1, without gaps).</summary>
public readonly record struct FeedItem(string RunId, FeedKind Kind, long Sequence, object Message);

/// <summary>Positions in a run's scores, states and log.</summary>
public readonly record struct FeedPosition(long Score, long State, long Log)
{
    public long this[FeedKind kind] =>
        kind switch
        {
            FeedKind.Score => Score,
            FeedKind.State => State,
            _ => Log,
        };

    public FeedPosition With(FeedKind kind, long position) =>
        kind switch
        {
            FeedKind.Score => this with { Score = position },
            FeedKind.State => this with { State = position },
            _ => this with { Log = position },
        };
}

/// <summary>
/// Carries what happens in runs to pages and hub. Publishing never waits: each subscriber has a bounded queue for scores, states and log lines (read again
/// from the store where it overflows) and one slot a run for progress, where the latest wins.
/// </summary>
public sealed class RunFeed(IFeedHistory history, TimeProvider time)
{
    /// <summary>The least time between two progress messages of one run.</summary>
    public static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(100);

    internal const int QueueLength = 4096;

    private readonly ConcurrentDictionary<FeedSubscription, string?> _subscriptions = new();
    private readonly ConcurrentDictionary<string, ProgressMessage> _latest = new();
    private long _sequence = time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Subscribes to one run, or to all (null), from now on; dispose it to leave.</summary>
    public FeedSubscription Subscribe(string? runId) => Subscribe(runId, QueueLength);

    internal FeedSubscription Subscribe(string? runId, int queueLength)
    {
        var subscription = new FeedSubscription(history, time, queueLength, s => _subscriptions.TryRemove(s, out _));
        _subscriptions[subscription] = runId;
        return subscription;
    }

    /// <summary>Number of subscribers at the moment.</summary>
    public int Subscribers => _subscriptions.Count;

    /// <summary>
    /// The position of the next progress of any run. Grows over attempts and restarts, also where the clock is set back meanwhile: pages that are open pass over
    /// what is older.
    /// </summary>
    internal long NextSequence() => Interlocked.Increment(ref _sequence);

    /// <summary>The last progress of a run that is being trained in this process.</summary>
    public ProgressMessage? Latest(string runId) => _latest.GetValueOrDefault(runId);

    public void Publish(ProgressMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        _latest[message.RunId] = message;
        foreach (var (subscription, runId) in _subscriptions)
        {
            if (runId is null || runId == message.RunId)
            {
                subscription.Offer(message);
            }
        }
    }

    public void Publish(ScoreMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        Publish(new FeedItem(message.RunId, FeedKind.Score, message.Sequence, message));
    }

    /// <param name="message">The state entered.</param>
    /// <param name="sequence">Its position in the run's history.</param>
    public void Publish(StateMessage message, long sequence)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!RunTransitions.IsActive(message.State))
        {
            _latest.TryRemove(message.RunId, out _);
        }
        Publish(new FeedItem(message.RunId, FeedKind.State, sequence, message));
    }

    /// <param name="message">The line.</param>
    /// <param name="sequence">Its position in the run's log.</param>
    public void Publish(LogMessage message, long sequence)
    {
        ArgumentNullException.ThrowIfNull(message);
        Publish(new FeedItem(message.RunId, FeedKind.Log, sequence, message));
    }

    private void Publish(FeedItem item)
    {
        foreach (var (subscription, runId) in _subscriptions)
        {
            if (runId is null || runId == item.RunId)
            {
                subscription.Offer(item);
            }
        }
    }
}
