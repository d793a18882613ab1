namespace CllClip.Portal.Features.Runs;

/// <summary>
/// One read of the store for all pages that want the same: a state that a run enters has each of its pages read it again, and a hundred reads took as long as
/// drawing the pages. Thread-safe.
/// </summary>
/// <param name="clock">Tells what was read after which news.</param>
public sealed class SharedReads(TimeProvider clock)
{
    /// <summary>How long a read is kept for pages whose turn has not come yet.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Began, Task Read)> _reads = [];

    /// <summary>What was read by somebody after the news, or is read now.</summary>
    /// <typeparam name="T">What is read; the same for all who name it so.</typeparam>
    /// <param name="name">What is read.</param>
    /// <param name="news">The clock's timestamp of the news that makes the page read: what was read before it may be out of date.</param>
    /// <param name="read">Reads it; on another thread, and for others too, so it must belong to no page.</param>
    public Task<T> ReadAsync<T>(string name, long news, Func<Task<T>> read)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(read);
        lock (_lock)
        {
            if (_reads.TryGetValue(name, out var known) && known.Began > news && !known.Read.IsFaulted && !known.Read.IsCanceled)
            {
                return (Task<T>)known.Read;
            }
            foreach (var (old, entry) in _reads)
            {
                if (clock.GetElapsedTime(entry.Began) > Kept)
                {
                    _reads.Remove(old);
                }
            }
            var began = clock.GetTimestamp();
            var begun = Task.Run(read);
            _reads[name] = (began, begun);
            return begun;
        }
    }
}
