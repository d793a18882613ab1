namespace CllClip.Portal.Features.Runs;

/// <summary>
/// A subscription that comes back. When the feed breaks, or a page could not take its news, the page is told, and after a pause it is subscribed again and has
/// read everything anew: until that works it is tried again and again.
/// </summary>
internal sealed class RunWatch : IDisposable
{
    /// <summary>Time between a break and the next try.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private readonly Func<IDisposable> _subscribe;
    private readonly Func<Exception, Task> _lost;
    private readonly Func<Task> _readAgain;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private IDisposable? _subscription;
    private int _turn;
    private bool _waiting;
    private bool _disposed;

    /// <param name="desk">Where to subscribe.</param>
    /// <param name="runId">The run; null for all.</param>
    /// <param name="handlers">What the page does with messages.</param>
    /// <param name="clock">Counts the pause.</param>
    /// <param name="lost">Tells the page that nothing comes any more, on any thread.</param>
    /// <param name="readAgain">Has the page read what it missed, on any thread; throws where it cannot.</param>
    public RunWatch(
        IRunDesk desk,
        string? runId,
        RunHandlers handlers,
        TimeProvider clock,
        Func<Exception, Task> lost,
        Func<Task> readAgain
    )
    {
        ArgumentNullException.ThrowIfNull(clock);
        (_lost, _readAgain) = (lost, readAgain);
        _timer = clock.CreateTimer(_ => _ = AgainAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _subscribe = () =>
        {
            var turn = _turn;
            return desk.Watch(runId, handlers with { Ended = error => Break(error, turn) });
        };
        _subscription = _subscribe();
    }

    /// <summary>Gives the subscription up because of an error, and comes back after the pause; from any thread.</summary>
    public void Break(Exception error) => Break(error, null);

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _subscription?.Dispose();
        }
        _timer.Dispose();
    }

    private void Break(Exception error, int? turn)
    {
        lock (_lock)
        {
            if (_disposed || _waiting || (turn is not null && turn != _turn))
            {
                return;
            }
            _waiting = true;
            _turn++;
            _subscription?.Dispose();
            _subscription = null;
            _timer.Change(Pause, Timeout.InfiniteTimeSpan);
        }
        _ = TellAsync(error);
    }

    private async Task TellAsync(Exception error)
    {
        try
        {
            await _lost(error);
        }
        catch (Exception)
        {
            // The page cannot even show it; the next try may find it well.
        }
    }

    private async Task AgainAsync()
    {
        try
        {
            lock (_lock)
            {
                if (_disposed)
                {
                    return;
                }
                _waiting = false;
                _subscription = _subscribe(); // first, so that nothing falls between reading and subscribing
            }
            await _readAgain();
        }
        catch (Exception error)
        {
            Break(error);
        }
    }
}
