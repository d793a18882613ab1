using System.Collections.Concurrent;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>
/// The news of all runs for a page that lists some of them: the newest progress of each, and whether a state changed so that the list must be read anew. The page
/// is asked to show them at most twice a second, and reads everything again after a break.
/// </summary>
internal sealed class RunsNews : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, RunProgress> _progress = new();
    private readonly LivePage _render;
    private readonly RunWatch _watch;
    private readonly Func<Task> _show;
    private int _stale; // 1: a state changed, or the list was read before anybody listened

    /// <param name="desk">Where to subscribe.</param>
    /// <param name="pace">How often the page may be drawn.</param>
    /// <param name="clock">Counts the pauses.</param>
    /// <param name="show">Has the page show what came, on any thread.</param>
    /// <param name="lost">Tells the page that nothing comes any more, on any thread.</param>
    /// <param name="readAgain">Has the page read what it missed, on any thread; throws where it cannot.</param>
    public RunsNews(IRunDesk desk, TabPace pace, TimeProvider clock, Func<Task> show, Func<Exception, Task> lost, Func<Task> readAgain)
    {
        _show = show;
        _render = pace.Open(show, Interval, error => _watch?.Break(error)); // reads everything anew after a pause
        _watch = new RunWatch(
            desk,
            null,
            new RunHandlers
            {
                Progress = message =>
                {
                    _progress[message.RunId] = message.Progress;
                    _render.Ask();
                },
                State = _ =>
                {
                    Volatile.Write(ref _stale, 1);
                    _render.Ask();
                },
            },
            clock,
            lost,
            readAgain
        );
    }

    /// <summary>Has the page read its list again, now that it listens: what changed after the first reading was told to nobody.</summary>
    public async Task CatchUpAsync()
    {
        Volatile.Write(ref _stale, 1);
        try
        {
            await _show();
        }
        catch (Exception error)
        {
            _watch.Break(error); // reads everything anew after a pause
        }
    }

    /// <summary>Whether a state has changed since this was last asked.</summary>
    public bool TakeStale() => Interlocked.Exchange(ref _stale, 0) == 1;

    /// <summary>The run with its newest progress.</summary>
    public RunView With(RunView run) => _progress.TryGetValue(run.Id, out var progress) ? run with { Progress = progress } : run;

    public void Dispose()
    {
        _watch.Dispose();
        _render.Dispose();
    }
}
