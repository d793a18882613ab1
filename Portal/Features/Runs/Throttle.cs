namespace CllClip.Portal.Features.Runs;

/// <summary>Lets an action happen at most so often: the first call acts at once, calls in between are merged into one at the end of the interval.</summary>
public sealed class Throttle : IDisposable
{
    private readonly Func<Task> _action;
    private readonly Action<Exception>? _failed;
    private readonly TimeProvider _clock;
    private readonly Func<TimeSpan> _interval;
    private readonly Func<TimeSpan, TimeSpan, TimeSpan>? _turn;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private long _last;
    private bool _waiting;
    private bool _disposed;

    /// <param name="action">What is done.</param>
    /// <param name="interval">The least time between two times.</param>
    /// <param name="clock">Counts it.</param>
    /// <param name="failed">Told of an error of the action, on any thread.</param>
    public Throttle(Func<Task> action, TimeSpan interval, TimeProvider clock, Action<Exception>? failed = null)
        : this(action, () => interval, clock, failed) { }

    /// <summary>As the other, with an interval that may change.</summary>
    /// <param name="action">What is done.</param>
    /// <param name="interval">The least time between two times.</param>
    /// <param name="clock">Counts it.</param>
    /// <param name="failed">Told of an error of the action, on any thread.</param>
    /// <param name="turn">What is waited instead of what is left of the interval, given both; null: just that.</param>
    public Throttle(
        Func<Task> action,
        Func<TimeSpan> interval,
        TimeProvider clock,
        Action<Exception>? failed = null,
        Func<TimeSpan, TimeSpan, TimeSpan>? turn = null
    )
    {
        ArgumentNullException.ThrowIfNull(clock);
        (_action, _interval, _clock, _failed, _turn) = (action, interval, clock, failed, turn);
        _last = long.MinValue;
        _timer = clock.CreateTimer(_ => Act(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Asks for the action; from any thread, never blocks.</summary>
    public void Ask()
    {
        lock (_lock)
        {
            if (_disposed || _waiting)
            {
                return;
            }
            _waiting = true;
            var interval = _interval();
            var since = _last == long.MinValue ? interval : _clock.GetElapsedTime(_last);
            var wait = since >= interval ? TimeSpan.Zero : interval - since;
            _timer.Change(_turn?.Invoke(wait, interval) ?? wait, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
        }
        _timer.Dispose();
    }

    private void Act()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }
            _waiting = false;
            _last = _clock.GetTimestamp();
        }
        _ = ActAsync();
    }

    private async Task ActAsync()
    {
        try
        {
            await _action();
        }
        catch (Exception error)
        {
            _failed?.Invoke(error);
        }
    }
}
