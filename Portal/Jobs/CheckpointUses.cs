namespace CllClip.Portal.Jobs;

/// <summary>Whose checkpoints are being read, or were a moment ago: those are not pruned. Safe to use from any thread.</summary>
public sealed class CheckpointUses(TimeProvider time)
{
    /// <summary>Whoever searched with a checkpoint is likely to go on.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromHours(1);

    private readonly Lock _one = new();
    private readonly Dictionary<string, (int Readers, long Last)> _uses = new(StringComparer.Ordinal);

    /// <summary>Raised when the checkpoints of a run were pruned, with its id; handlers must not block.</summary>
    public event Action<string>? Pruned;

    /// <summary>Says that the checkpoints of a run are being read, until the returned object is disposed.</summary>
    public IDisposable Use(string runId)
    {
        lock (_one)
        {
            _uses[runId] = (_uses.GetValueOrDefault(runId).Readers + 1, time.GetTimestamp());
        }
        return new Reader(this, runId);
    }

    /// <summary>Whether they are being read, or were within the last hour.</summary>
    public bool InUse(string runId)
    {
        lock (_one)
        {
            return InUseNow(runId);
        }
    }

    /// <summary>Takes checkpoints away, unless they are in use; nobody begins to read them meanwhile.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="take">Takes them away, which must not last.</param>
    /// <returns>Whether they were not in use.</returns>
    internal bool TryTake(string runId, Action take)
    {
        lock (_one)
        {
            if (InUseNow(runId))
            {
                return false;
            }
            take();
        }
        Pruned?.Invoke(runId);
        return true;
    }

    private bool InUseNow(string runId) =>
        _uses.TryGetValue(runId, out var use) && (use.Readers > 0 || time.GetElapsedTime(use.Last) < Lately);

    private void Release(string runId)
    {
        lock (_one)
        {
            _uses[runId] = (_uses[runId].Readers - 1, time.GetTimestamp());
        }
    }

    private sealed class Reader(CheckpointUses uses, string runId) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                uses.Release(runId);
            }
        }
    }
}
