namespace CllClip.Portal.Features.Runs;

/// <summary>
/// How often live pages are drawn: as often as they like while few are open, and the less often the more there are, so that watching costs the training about the
/// same however many watch. Nothing is dropped: a page that is drawn later shows all that came meanwhile.
/// </summary>
public sealed class DrawingPace(TimeProvider clock)
{
    /// <summary>Time between two drawings for each page that is open: with 1 to 2 ms of processor time for one, a twentieth of one core at most.</summary>
    private static readonly TimeSpan PerPage = TimeSpan.FromMilliseconds(40);

    private int _pages;

    /// <summary>Live pages that are open.</summary>
    public int Pages => Volatile.Read(ref _pages);

    /// <summary>The time between two drawings of one page that would like to be drawn this often.</summary>
    public TimeSpan Of(TimeSpan least) => PerPage * Pages is var share && share > least ? share : least;

    /// <summary>A throttle for a live page, which counts as open until it is disposed.</summary>
    /// <param name="draw">Draws the page.</param>
    /// <param name="least">The least time between two drawings.</param>
    /// <param name="failed">Told of an error of the drawing, on any thread.</param>
    internal LivePage Open(Func<Task> draw, TimeSpan least, Action<Exception>? failed = null)
    {
        Interlocked.Increment(ref _pages);
        return new LivePage(new Throttle(draw, () => Of(least), clock, failed), () => Interlocked.Decrement(ref _pages));
    }
}

/// <summary>A live page that is open.</summary>
internal sealed class LivePage(Throttle throttle, Action close) : IDisposable
{
    private int _closed;

    /// <summary>Asks for the page to be drawn; from any thread, never blocks.</summary>
    public void Ask() => throttle.Ask();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            throttle.Dispose();
            close();
        }
    }
}
