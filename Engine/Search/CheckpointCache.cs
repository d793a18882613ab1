namespace CllClip.Engine.Search;

/// <summary>
/// Checkpoints in memory, the most recently used up to a size; the one asked for last always stays. Callers that want the same one share one
/// loading and nobody else waits for it. Thread-safe.
/// </summary>
/// <param name="capacity">Bytes to keep at most, as the checkpoints estimate them.</param>
public sealed class CheckpointCache(long capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _clock;

    /// <summary>Bytes held now.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _entries.Values.Sum(e => e.Bytes);
            }
        }
    }

    /// <summary>Whether a checkpoint is there, so that asking for it takes no time.</summary>
    public bool Has(string id)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(id, out var entry) && entry.Bytes > 0;
        }
    }

    /// <summary>The checkpoint of this name, loaded where it is not there. A loading that fails is forgotten: the next call tries again.</summary>
    public SearchCheckpoint Get(string id, Func<SearchCheckpoint> load)
    {
        Entry entry;
        lock (_gate)
        {
            if (!_entries.TryGetValue(id, out entry!))
            {
                _entries[id] = entry = new Entry(new Lazy<SearchCheckpoint>(load));
            }
            entry.Used = ++_clock;
        }
        try
        {
            var checkpoint = entry.Loading.Value;
            Loaded(entry, checkpoint.Bytes);
            return checkpoint;
        }
        catch
        {
            Forget(id, entry);
            throw;
        }
    }

    /// <summary>Forgets every checkpoint whose name fits: its run was deleted, or goes on.</summary>
    public void Forget(Func<string, bool> fits)
    {
        lock (_gate)
        {
            foreach (var id in _entries.Keys.Where(fits).ToList())
            {
                _entries.Remove(id);
            }
        }
    }

    private void Forget(string id, Entry entry)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(id, out var now) && now == entry)
            {
                _entries.Remove(id);
            }
        }
    }

    private void Loaded(Entry entry, long bytes)
    {
        lock (_gate)
        {
            if (entry.Bytes > 0)
            {
                return;
            }
            entry.Bytes = bytes;
            foreach (var (id, other) in _entries.OrderBy(e => e.Value.Used).ToList())
            {
                if (_entries.Values.Sum(e => e.Bytes) <= capacity)
                {
                    return;
                }
                if (other != entry && other.Bytes > 0)
                {
                    _entries.Remove(id);
                }
            }
        }
    }

    private sealed class Entry(Lazy<SearchCheckpoint> loading)
    {
        public Lazy<SearchCheckpoint> Loading => loading;

        public long Used { get; set; }

        public long Bytes { get; set; }
    }
}
