namespace CllClip.Portal.Features.Runs;

/// <summary>The scores that pages show at the moment, one log for all pages of a run; gone with the last of them. Thread-safe.</summary>
public sealed class ScoreLogs
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, WeakReference<ScoreLog>> _logs = [];

    /// <summary>The log of a run, empty if no page shows it.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="dataset">Its own data set.</param>
    public ScoreLog Of(string runId, string dataset)
    {
        lock (_lock)
        {
            foreach (var (id, reference) in _logs)
            {
                if (!reference.TryGetTarget(out _))
                {
                    _logs.Remove(id);
                }
            }
            if (!_logs.TryGetValue(runId, out var known) || !known.TryGetTarget(out var log))
            {
                log = new ScoreLog(dataset);
                _logs[runId] = new WeakReference<ScoreLog>(log);
            }
            return log;
        }
    }
}
