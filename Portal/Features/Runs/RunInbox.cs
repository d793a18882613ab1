using System.Collections.Concurrent;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>
/// What arrived of one run and is not on the page yet. A page that goes on to another run takes another inbox, so that late messages of the old run reach nobody.
/// </summary>
/// <param name="arrived">Called with every message, on any thread.</param>
internal sealed class RunInbox(Action arrived)
{
    private readonly ConcurrentQueue<Action<LiveRun>> _news = new();
    private ProgressMessage? _progress;
    private int _stale;

    /// <summary>What fills it.</summary>
    public RunHandlers Handlers =>
        new()
        {
            Progress = message =>
            {
                // The latest wins: a slow page never builds up a backlog of progress.
                Volatile.Write(ref _progress, message);
                arrived();
            },
            Score = message => Put(live => live.Apply(message)),
            State = message =>
            {
                Volatile.Write(ref _stale, 1);
                Put(live => live.Apply(message));
            },
            Log = message => Put(live => live.Apply(message)),
        };

    /// <summary>Applies what arrived; true if the stored run has more to tell: a state was entered, or a stage finished.</summary>
    public bool Empty(LiveRun live)
    {
        ArgumentNullException.ThrowIfNull(live);
        var stale = Interlocked.Exchange(ref _stale, 0) == 1;
        if (Interlocked.Exchange(ref _progress, null) is { } progress)
        {
            // A new stage brings the figures of the last one.
            stale |= live.Run.Progress is { } before && before.Stage != progress.Progress.Stage;
            live.Apply(progress);
        }
        while (_news.TryDequeue(out var news))
        {
            news(live);
        }
        return stale;
    }

    private void Put(Action<LiveRun> news)
    {
        _news.Enqueue(news);
        arrived();
    }
}
