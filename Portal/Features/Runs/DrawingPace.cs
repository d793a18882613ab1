namespace CllClip.Portal.Features.Runs;

/// <summary>
/// How often live pages are drawn: as often as they like while few are open, and the less often the more there are, so that watching costs the training about the
/// same however many watch. Nothing is dropped: a page that is drawn later shows all that came meanwhile.
/// </summary>
public sealed class DrawingPace
{
    /// <summary>Where many pages are open they are drawn in groups this far apart: each time threads are woken, they find work for many.</summary>
    private static readonly TimeSpan Mark = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly TimeSpan _perPage;
    private int _pages;
    private int _opened;

    /// <param name="clock">Counts the time between drawings.</param>
    public DrawingPace(TimeProvider clock)
        : this(clock, Environment.ProcessorCount) { }

    /// <param name="clock">Counts the time between drawings.</param>
    /// <param name="cores">Cores that pages and training share: with 1 to 2 ms of processor time for one drawing, pages take a hundredth of them at most.</param>
    internal DrawingPace(TimeProvider clock, int cores)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cores);
        _clock = clock;
        _start = clock.GetTimestamp();
        _perPage = TimeSpan.FromMilliseconds(160) / cores;
    }

    /// <summary>Live pages that are open.</summary>
    public int Pages => Volatile.Read(ref _pages);

    private TimeSpan Share => _perPage * Pages;

    /// <summary>The time between two drawings of one page that would like to be drawn this often.</summary>
    public TimeSpan Of(TimeSpan least) => Share is var share && share > least ? share : least;

    /// <summary>A throttle for a live page, which counts as open until it is disposed.</summary>
    /// <param name="draw">Draws the page.</param>
    /// <param name="least">The least time between two drawings.</param>
    /// <param name="failed">Told of an error of the drawing, on any thread.</param>
    internal LivePage Open(Func<Task> draw, TimeSpan least, Action<Exception>? failed = null)
    {
        var number = Interlocked.Increment(ref _opened);
        return new LivePage(
            new Throttle(draw, () => Of(least), _clock, failed, (wait, interval) => Turn(number, wait, interval)),
            by => Interlocked.Add(ref _pages, by)
        );
    }

    /// <summary>The time to the page's next turn: its marks come once an interval, so that pages which asked together are not drawn together ever after.</summary>
    private TimeSpan Turn(int page, TimeSpan wait, TimeSpan interval)
    {
        if (wait <= TimeSpan.Zero || Share < 2 * Mark)
        {
            return wait;
        }
        var turns = interval.Ticks / Mark.Ticks;
        var now = _clock.GetElapsedTime(_start);
        // Half an interval after the last drawing at least: a timer that fired a moment early is not sent to the same mark again.
        var earliest = wait > interval / 2 ? now + wait - interval / 2 : now;
        var mark = earliest.Ticks / Mark.Ticks + 1;
        mark += (((page - mark) % turns) + turns) % turns;
        return mark * Mark - now;
    }
}

/// <summary>A live page that is open.</summary>
internal sealed class LivePage : IDisposable
{
    private readonly Throttle _throttle;
    private readonly Action<int> _count;
    private readonly Lock _lock = new();
    private volatile bool _resting;
    private bool _asked; // while it rested
    private bool _closed;

    /// <param name="throttle">Draws it.</param>
    /// <param name="count">Counts it: 1 when it is there to be drawn, -1 when it is not any more.</param>
    public LivePage(Throttle throttle, Action<int> count)
    {
        (_throttle, _count) = (throttle, count);
        count(1);
    }

    /// <summary>Called once, when it is disposed.</summary>
    public event Action<LivePage>? Closed;

    /// <summary>Asks for the page to be drawn; from any thread, never blocks.</summary>
    public void Ask()
    {
        if (_resting)
        {
            lock (_lock)
            {
                if (_resting)
                {
                    _asked = true;
                    return;
                }
            }
        }
        _throttle.Ask();
    }

    /// <summary>Nobody sees it for now: it is neither drawn nor counted.</summary>
    public void Rest()
    {
        lock (_lock)
        {
            if (_closed || _resting)
            {
                return;
            }
            _resting = true;
        }
        _count(-1);
    }

    /// <summary>It is seen again, and drawn at once if something came meanwhile.</summary>
    public void Wake()
    {
        bool asked;
        lock (_lock)
        {
            if (_closed || !_resting)
            {
                return;
            }
            (_resting, asked, _asked) = (false, _asked, false);
        }
        _count(1);
        if (asked)
        {
            _throttle.Ask();
        }
    }

    public void Dispose()
    {
        bool counted;
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }
            (_closed, counted) = (true, !_resting);
        }
        _throttle.Dispose();
        if (counted)
        {
            _count(-1);
        }
        Closed?.Invoke(this);
    }
}
