using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;
using Microsoft.AspNetCore.SignalR;

namespace CllClip.Portal.Hubs;

/// <summary>
/// What one connection of the hub follows. The feed is subscribed to before the store is read, and what the feed brings is held against the positions already sent:
/// so nothing is missed between the two and nothing comes twice.
/// </summary>
internal sealed class RunWatch(RunFeed feed, RunQueries queries, IClientProxy client, TimeProvider time, Action abort) : IAsyncDisposable
{
    /// <summary>A run that came to rest within this time is told in full to those who watch all: they may have been cut off when it ended.</summary>
    public static readonly TimeSpan JustNow = TimeSpan.FromMinutes(10);

    private const int MostRuns = 1000;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _runs = [];
    private readonly Dictionary<string, Told> _told = [];
    private bool _all;
    private FeedSubscription? _subscription;
    private Task _pump = Task.CompletedTask;

    public async Task WatchAsync(string? runId, CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            if (runId is null || _runs.Contains(runId))
            {
                return;
            }
            if (_runs.Count >= MostRuns)
            {
                throw new HubException($"One connection watches {MostRuns} runs at most; use WatchAll.");
            }
            Subscribe();
            if (await queries.HistoryAsync(runId, stop) is not [.., var state])
            {
                throw new HubException("There is no such run.");
            }
            await TellAsync(state, inFull: true, stop);
            _runs.Add(runId);
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task UnwatchAsync(string? runId, CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            if (runId is not null && _runs.Remove(runId) && !_all)
            {
                _told.Remove(runId);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task WatchAllAsync(CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            if (_all)
            {
                return;
            }
            Subscribe();
            foreach (var state in await queries.LastStatesAsync(stop))
            {
                var fresh = !RunTransitions.IsAtRest(state.State) || time.GetUtcNow().UtcDateTime - state.At < JustNow;
                await TellAsync(state, fresh, stop);
            }
            _all = true;
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _one.WaitAsync(); // a call of this connection that is still at work ends first
        if (_subscription is not null)
        {
            await _subscription.DisposeAsync();
        }
        await _pump;
        _stop.Dispose();
        _one.Dispose();
    }

    private void Subscribe()
    {
        if (_subscription is null)
        {
            _subscription = feed.Subscribe(null);
            _pump = Task.Run(PumpAsync);
        }
    }

    /// <summary>Sends what is stored of a run and was not sent yet. The state was read before the scores: one that ends the run never comes before the scores it ends with.</summary>
    private async Task TellAsync(StateMessage state, bool inFull, CancellationToken stop)
    {
        var told = _told.TryGetValue(state.RunId, out var known) ? known : _told[state.RunId] = new Told();
        await ForwardAsync(state, stop);
        if (!inFull || told.InFull)
        {
            return;
        }
        told.InFull = true;
        var sequence = 0L;
        foreach (var score in await queries.ScoresAsync(state.RunId, stop: stop))
        {
            if (told.Scores.Take(++sequence))
            {
                await client.SendAsync("score", ScoreEvent.Of(state.RunId, sequence, score), stop);
            }
        }
        foreach (var line in await queries.LogAsync(state.RunId, stop))
        {
            await ForwardAsync(line, stop);
        }
        if (feed.Latest(state.RunId) is { } progress)
        {
            await ForwardAsync(progress, stop);
        }
    }

    private async Task PumpAsync()
    {
        try
        {
            await foreach (var message in _subscription!.Events.ReadAllAsync(_stop.Token))
            {
                await _one.WaitAsync(_stop.Token);
                try
                {
                    await ForwardAsync(message, _stop.Token);
                }
                finally
                {
                    _one.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the client left
        }
        catch (Exception)
        {
            abort(); // the store cannot be read: the client connects again and is told everything, rather than left with a gap
        }
    }

    private Task ForwardAsync(object message, CancellationToken stop) =>
        message switch
        {
            ScoreMessage m when Find(m.RunId) is { } told && told.Scores.Take(m.Sequence) => client.SendAsync(
                "score",
                ScoreEvent.Of(m.RunId, m.Sequence, m.Score),
                stop
            ),
            StateMessage m when Find(m.RunId) is { } told && told.States.Take(m.Sequence) => client.SendAsync("state", m, stop),
            LogMessage m when Find(m.RunId) is { } told && told.Lines.Take(m.Sequence) => client.SendAsync("log", m, stop),
            ProgressMessage m when Find(m.RunId) is { } told && Due(told, m) => client.SendAsync("progress", ProgressEvent.Of(m), stop),
            _ => Task.CompletedTask,
        };

    /// <summary>What was sent of a run; null if it is not followed.</summary>
    private Told? Find(string runId)
    {
        if (_told.TryGetValue(runId, out var told) || !_all)
        {
            return told;
        }
        return _told[runId] = new Told();
    }

    private bool Due(Told told, ProgressMessage message)
    {
        var now = time.GetTimestamp();
        if (message.Sequence <= told.Progress || (told.ProgressAt is { } at && time.GetElapsedTime(at, now) < RunFeed.ProgressInterval / 2))
        {
            return false;
        }
        (told.Progress, told.ProgressAt) = (message.Sequence, now);
        return true;
    }

    private sealed class Told
    {
        public Positions Scores { get; } = new();
        public Positions States { get; } = new();
        public Positions Lines { get; } = new();
        public long Progress { get; set; }
        public long? ProgressAt { get; set; }

        /// <summary>Whether the stored scores and log lines were sent, so that only new ones are to come.</summary>
        public bool InFull { get; set; }
    }
}

/// <summary>Positions that were sent: a run of them from some position on, and those before it that were sent later.</summary>
internal sealed class Positions
{
    private long _first;
    private long _last;
    private long _earlier;

    /// <summary>Notes a position; false if it was noted before.</summary>
    public bool Take(long position)
    {
        if (position > _last)
        {
            (_first, _last) = (_first == 0 ? position : _first, position);
            return true;
        }
        if (position >= _first || position <= _earlier)
        {
            return false;
        }
        _earlier = position;
        return true;
    }
}
