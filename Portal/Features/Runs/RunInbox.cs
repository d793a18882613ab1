using System.Collections.Concurrent;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>
/// What arrived of one run and is not on the page yet. A page that goes on to another run takes another inbox, so that late messages of the old run reach nobody.
/// </summary>
/// <param name="arrived">Called with every message, on any thread.</param>
/// <param name="clock">Tells when what makes the stored run be read again arrived.</param>
internal sealed class RunInbox(Action arrived, TimeProvider clock)
{
    private readonly ConcurrentQueue<Action<LiveRun>> _news = new();
    private ProgressMessage? _progress;
    private long _stale; // when the stored run had more to tell; 0: it has not
    private int _stage; // of the last progress; 0: none came yet

    /// <summary>What fills it.</summary>
    public RunHandlers Handlers =>
        new()
        {
            Progress = message =>
            {
                // The latest wins: a slow page never builds up a backlog of progress.
                // A new stage brings the figures of the last one.
                if (
                    Interlocked.Exchange(ref _stage, message.Progress.Stage) is var before
                    && before > 0
                    && before != message.Progress.Stage
                )
                {
                    Volatile.Write(ref _stale, clock.GetTimestamp());
                }
                Volatile.Write(ref _progress, message);
                arrived();
            },
            Score = message => Put(live => live.Apply(message)),
            State = message =>
            {
                Volatile.Write(ref _stale, clock.GetTimestamp());
                Put(live => live.Apply(message));
            },
            Log = message => Put(live => live.Apply(message)),
        };

    /// <summary>
    /// Applies what arrived; if the stored run has more to tell, for a state was entered or a stage finished, the clock's timestamp of that news, else null.
    /// </summary>
    public long? Empty(LiveRun live)
    {
        ArgumentNullException.ThrowIfNull(live);
        var stale = Interlocked.Exchange(ref _stale, 0) is var at && at != 0 ? at : (long?)null;
        if (Interlocked.Exchange(ref _progress, null) is { } progress)
        {
            if (live.Run.Progress is { } before && before.Stage != progress.Progress.Stage)
            {
                stale ??= clock.GetTimestamp(); // the first progress that came is of another stage than what was read
            }
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
