using System.Collections.Concurrent;

namespace CllClip.Portal.Jobs;

/// <summary>The runs that workers of this process have in hand, each with the switch that stops it.</summary>
public sealed class ActiveRuns
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _switches = new();
    private readonly ConcurrentDictionary<string, string> _pauses = new();
    private readonly Lock _claiming = new();

    /// <summary>Raised when a worker takes a run in hand, before it begins.</summary>
    public event Action? Taken;

    /// <summary>Ids of the runs in hand.</summary>
    public IReadOnlyCollection<string> Ids => [.. _switches.Keys];

    public bool Contains(string id) => _switches.ContainsKey(id);

    /// <summary>
    /// Claims a run and puts it into the worker's hand, in one step: whoever finds a run to be running finds its switch here. It leaves the hand when the
    /// returned object is disposed.
    /// </summary>
    /// <param name="claim">Marks the next run as running and gives its id; null if none waits.</param>
    /// <param name="stop">The run's switch.</param>
    internal IDisposable? Take(Func<string?> claim, CancellationTokenSource stop)
    {
        string? id;
        lock (_claiming)
        {
            if ((id = claim()) is null)
            {
                return null;
            }
            _switches[id] = stop;
        }
        Taken?.Invoke();
        return new InHand(this, id);
    }

    /// <summary>Notes that a run is to stop, and has the worker that holds it stop at its next step; no worker can take the run meanwhile.</summary>
    /// <param name="id">The run.</param>
    /// <param name="note">Stores the wish; is told whether a worker holds the run.</param>
    internal ActionResult Stop(string id, Func<bool, ActionResult> note)
    {
        CancellationTokenSource? stop;
        ActionResult result;
        lock (_claiming)
        {
            result = note(_switches.TryGetValue(id, out stop));
        }
        if (result.Outcome == ActionOutcome.Done)
        {
            Press(stop);
        }
        return result;
    }

    /// <summary>Has the worker that holds a run pause it at its next step. Nothing happens where none does.</summary>
    /// <param name="id">The run.</param>
    /// <param name="why">Words for the run's history.</param>
    internal void Pause(string id, string why)
    {
        CancellationTokenSource? stop;
        lock (_claiming)
        {
            if (!_switches.TryGetValue(id, out stop) || !_pauses.TryAdd(id, why))
            {
                return;
            }
        }
        Press(stop);
    }

    /// <summary>Why a run in hand is to pause; null if it is not.</summary>
    internal string? PauseOf(string id) => _pauses.GetValueOrDefault(id);

    private static void Press(CancellationTokenSource? stop)
    {
        try
        {
            stop?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it ended just now
        }
    }

    private sealed class InHand(ActiveRuns runs, string id) : IDisposable
    {
        public void Dispose()
        {
            runs._switches.TryRemove(id, out _);
            runs._pauses.TryRemove(id, out _);
        }
    }
}
