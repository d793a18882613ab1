using CllClip.Portal.Jobs;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>
/// Hands the feed's messages to the pages that are open. Pages of the same run share one subscription: waking a hundred pages ten times a second, each by a timer
/// and a task of its own, took more from the training than drawing them. Thread-safe.
/// </summary>
internal sealed partial class SharedWatches(RunFeed feed, ILogger<SharedWatches> log)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Watch> _watches = []; // by run; "" is all of them

    /// <summary>Messages of one run, or of all (null), from now on, until disposed. Handlers are called on any thread, one message after the other, and must not block.</summary>
    public IDisposable Join(string? runId, RunHandlers handlers)
    {
        ArgumentNullException.ThrowIfNull(handlers);
        var key = runId ?? "";
        lock (_lock)
        {
            if (!_watches.TryGetValue(key, out var watch))
            {
                _watches[key] = watch = new Watch(key, feed.Subscribe(runId));
                _ = Task.Run(() => HandAsync(watch));
            }
            var page = new Page(this, watch, handlers);
            watch.Pages = [.. watch.Pages, page];
            return page;
        }
    }

    private void Leave(Watch watch, Page page)
    {
        lock (_lock)
        {
            watch.Pages = [.. watch.Pages.Where(p => p != page)];
            if (watch.Pages.Length == 0)
            {
                Close(watch);
            }
        }
    }

    private void Close(Watch watch)
    {
        if (_watches.GetValueOrDefault(watch.Key) == watch)
        {
            _watches.Remove(watch.Key); // who comes now gets a new one
        }
        watch.Subscription.Dispose();
    }

    private async Task HandAsync(Watch watch)
    {
        Exception? broken = null;
        try
        {
            await foreach (var message in watch.Subscription.Events.ReadAllAsync())
            {
                foreach (var page in watch.Pages)
                {
                    Hand(message, page.Handlers);
                }
            }
        }
        catch (Exception error)
        {
            LogBroken(log, error);
            broken = error;
        }
        Page[] left;
        lock (_lock)
        {
            Close(watch);
            (left, watch.Pages) = (watch.Pages, []);
        }
        if (broken is not null)
        {
            foreach (var page in left)
            {
                page.Handlers.Ended?.Invoke(broken);
            }
        }
    }

    private void Hand(object message, RunHandlers handlers)
    {
        try
        {
            switch (message)
            {
                case ProgressMessage progress:
                    handlers.Progress?.Invoke(progress);
                    break;
                case ScoreMessage score:
                    handlers.Score?.Invoke(score);
                    break;
                case StateMessage state:
                    handlers.State?.Invoke(state);
                    break;
                case LogMessage line:
                    handlers.Log?.Invoke(line);
                    break;
            }
        }
        catch (Exception error)
        {
            LogHandler(log, error); // of a page that is going away; the next message may find it well
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A page could not take a message of a run")]
    private static partial void LogHandler(ILogger log, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "The pages' subscription to runs ended")]
    private static partial void LogBroken(ILogger log, Exception error);

    private sealed class Watch(string key, FeedSubscription subscription)
    {
        public string Key => key;
        public FeedSubscription Subscription => subscription;

        /// <summary>Who is told; another array is put here under the lock, and read by the one who hands.</summary>
        public volatile Page[] Pages = [];
    }

    private sealed class Page(SharedWatches owner, Watch watch, RunHandlers handlers) : IDisposable
    {
        public RunHandlers Handlers => handlers;

        public void Dispose() => owner.Leave(watch, this);
    }
}
