using Microsoft.AspNetCore.Components.Server.Circuits;

namespace CllClip.Portal.Features.Runs;

/// <summary>
/// The live pages of one tab. While its browser is away — closed without a word, asleep, behind a broken network — its circuit is kept for some minutes; its pages
/// then rest, instead of taking their share from those that are watched.
/// </summary>
/// <param name="pace">How often pages are drawn.</param>
public sealed class TabPace(DrawingPace pace) : CircuitHandler
{
    private readonly Lock _lock = new();
    private readonly HashSet<LivePage> _pages = [];
    private bool _away;

    /// <summary>The time between two drawings of one page that would like to be drawn this often.</summary>
    public TimeSpan Of(TimeSpan least) => pace.Of(least);

    /// <summary>A throttle for a live page, which counts as open until it is disposed.</summary>
    /// <param name="draw">Draws the page.</param>
    /// <param name="least">The least time between two drawings.</param>
    /// <param name="failed">Told of an error of the drawing, on any thread.</param>
    internal LivePage Open(Func<Task> draw, TimeSpan least, Action<Exception>? failed = null)
    {
        var page = pace.Open(draw, least, failed);
        page.Closed += Forget;
        lock (_lock)
        {
            _pages.Add(page);
            if (_away)
            {
                page.Rest();
            }
        }
        return page;
    }

    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken) => Each(away: true, p => p.Rest());

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken) => Each(away: false, p => p.Wake());

    private Task Each(bool away, Action<LivePage> tell)
    {
        lock (_lock)
        {
            _away = away;
            foreach (var page in _pages)
            {
                tell(page);
            }
        }
        return Task.CompletedTask;
    }

    private void Forget(LivePage page)
    {
        lock (_lock)
        {
            _pages.Remove(page);
        }
    }
}
