using System.Threading.Channels;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Jobs;

/// <summary>
/// One reader of the feed. <see cref="Events"/> yields <see cref="ProgressMessage"/> (the latest wins, at most ten a second a run), <see cref="ScoreMessage"/>,
/// <see cref="StateMessage"/> and <see cref="LogMessage"/> (each once, in order, none left out). A reader that is slow costs a bounded amount of memory: what does not
/// fit its queue is read again from the store when it goes on.
/// </summary>
public sealed class FeedSubscription : IAsyncDisposable, IDisposable
{
    private const int ReadAhead = 64;

    private readonly Lock _lock = new();
    private readonly IFeedHistory _history;
    private readonly TimeProvider _time;
    private readonly int _queueLength;
    private readonly Action<FeedSubscription> _leave;
    private readonly Channel<object> _events = Channel.CreateBounded<object>(new BoundedChannelOptions(ReadAhead) { SingleWriter = true });
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true }
    );
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _due;
    private readonly Task _pump;

    // under the lock: what waits to be sent
    private Queue<FeedItem> _queue = new();
    private Dictionary<string, FeedPosition> _missed = [];
    private readonly Dictionary<string, ProgressMessage> _progress = [];

    // the pump's own: what was sent
    private readonly Dictionary<string, FeedPosition> _sent = [];
    private readonly Dictionary<string, long> _progressSent = [];

    internal FeedSubscription(IFeedHistory history, TimeProvider time, int queueLength, Action<FeedSubscription> leave)
    {
        (_history, _time, _queueLength, _leave) = (history, time, queueLength, leave);
        _due = time.CreateTimer(_ => Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>The messages; ends when the subscription is disposed.</summary>
    public ChannelReader<object> Events => _events.Reader;

    internal void Offer(ProgressMessage message)
    {
        lock (_lock)
        {
            _progress[message.RunId] = message;
        }
        Signal();
    }

    internal void Offer(FeedItem item)
    {
        lock (_lock)
        {
            if (_missed.Count == 0 && _queue.Count < _queueLength)
            {
                _queue.Enqueue(item);
            }
            else
            {
                Miss(item);
            }
        }
        Signal();
    }

    public void Dispose()
    {
        _leave(this);
        _stop.Cancel();
        _due.Dispose();
        _events.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _pump;
        _stop.Dispose();
    }

    /// <summary>Remembers from where on a run must be read again: the first position of each kind that found no room.</summary>
    private void Miss(FeedItem item)
    {
        var from = _missed.GetValueOrDefault(item.RunId, new FeedPosition(long.MaxValue, long.MaxValue, long.MaxValue));
        _missed[item.RunId] = from.With(item.Kind, Math.Min(from[item.Kind], item.Sequence));
    }

    private void Signal() => _signal.Writer.TryWrite(true);

    private async Task PumpAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                await _signal.Reader.ReadAsync(_stop.Token);
                while (await SendWaitingAsync() || await CatchUpAsync()) { }
                await SendProgressAsync();
            }
        }
        catch (Exception e) when (_stop.IsCancellationRequested && e is OperationCanceledException or ChannelClosedException)
        {
            // the subscriber left
        }
        catch (Exception e)
        {
            _events.Writer.TryComplete(e); // the store cannot be read: the reader is told rather than left with a gap
            _leave(this);
        }
    }

    private async Task<bool> SendWaitingAsync()
    {
        Queue<FeedItem> batch;
        lock (_lock)
        {
            if (_queue.Count == 0)
            {
                return false;
            }
            (batch, _queue) = (_queue, new Queue<FeedItem>());
        }
        foreach (var item in batch)
        {
            await SendAsync(item);
        }
        return true;
    }

    private async Task<bool> CatchUpAsync()
    {
        Dictionary<string, FeedPosition> missed;
        lock (_lock)
        {
            if (_missed.Count == 0 || _queue.Count > 0)
            {
                return false;
            }
            (missed, _missed) = (_missed, []);
        }
        foreach (var (runId, from) in missed)
        {
            foreach (var item in await _history.SinceAsync(runId, from, _stop.Token))
            {
                await SendAsync(item);
            }
        }
        return true;
    }

    private async Task SendAsync(FeedItem item)
    {
        var sent = _sent.GetValueOrDefault(item.RunId);
        if (item.Sequence <= sent[item.Kind])
        {
            return; // came from the store already
        }
        await _events.Writer.WriteAsync(item.Message, _stop.Token);
        _sent[item.RunId] = sent.With(item.Kind, item.Sequence);
    }

    private async Task SendProgressAsync()
    {
        List<ProgressMessage> due = [];
        TimeSpan? next = null;
        lock (_lock)
        {
            foreach (var (runId, message) in _progress)
            {
                var since = _progressSent.TryGetValue(runId, out var at) ? _time.GetElapsedTime(at) : TimeSpan.MaxValue;
                if (since >= RunFeed.ProgressInterval)
                {
                    due.Add(message);
                }
                else if (next is null || RunFeed.ProgressInterval - since < next)
                {
                    next = RunFeed.ProgressInterval - since;
                }
            }
            due.ForEach(m => _progress.Remove(m.RunId));
        }
        foreach (var message in due)
        {
            _progressSent[message.RunId] = _time.GetTimestamp();
            await _events.Writer.WriteAsync(message, _stop.Token);
        }
        if (next is { } wait)
        {
            _due.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }
}
