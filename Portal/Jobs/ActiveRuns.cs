using System.Collections.Concurrent;

namespace CllClip.Portal.Jobs;

/// <summary>The runs that workers of this process have in hand, each with the switch that stops it.</summary>
public sealed class ActiveRuns
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _switches = new();

    /// <summary>Raised when a worker takes a run in hand, before it begins.</summary>
    public event Action? Taken;

    /// <summary>Ids of the runs in hand.</summary>
    public IReadOnlyCollection<string> Ids => [.. _switches.Keys];

    public bool Contains(string id) => _switches.ContainsKey(id);

    /// <summary>Puts a run into a worker's hand; the run leaves it when the returned object is disposed.</summary>
    internal IDisposable Take(string id, CancellationTokenSource stop)
    {
        _switches[id] = stop;
        Taken?.Invoke();
        return new InHand(this, id);
    }

    /// <summary>Asks a run to stop at its next step; false if no worker has it.</summary>
    internal bool Stop(string id)
    {
        if (!_switches.TryGetValue(id, out var stop))
        {
            return false;
        }
        try
        {
            stop.Cancel();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false; // it ended just now
        }
    }

    private sealed class InHand(ActiveRuns runs, string id) : IDisposable
    {
        public void Dispose() => runs._switches.TryRemove(id, out _);
    }
}
