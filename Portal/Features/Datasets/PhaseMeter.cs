namespace CllClip.Portal.Features.Datasets;

/// <summary>How far a phase is, with the time left; says a few times a second at most that there is news. Safe to use from any thread.</summary>
internal sealed class PhaseMeter(TimeProvider time)
{
    private static readonly TimeSpan BetweenNews = TimeSpan.FromMilliseconds(250);
    private readonly Lock _lock = new();
    private long _began;
    private double _from;
    private long _said;
    private bool _silent;

    /// <summary>What is being done.</summary>
    public string? Phase { get; private set; }

    /// <summary>Share done, 0 to 1.</summary>
    public double Fraction { get; private set; }

    /// <summary>Seconds to the end; null while unknown.</summary>
    public double? SecondsLeft { get; private set; }

    /// <summary>Takes a report; whether it is worth telling.</summary>
    /// <param name="phase">What is being done; time is taken anew where its first word changes.</param>
    /// <param name="fraction">Share done.</param>
    public bool Report(string phase, double fraction)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (Kind(Phase) != Kind(phase) || fraction < Fraction)
            {
                (_began, _from) = (now, fraction);
            }
            (Phase, Fraction) = (phase, fraction);
            var elapsed = time.GetElapsedTime(_began, now).TotalSeconds;
            SecondsLeft = elapsed > 1 && fraction > _from ? elapsed * (1 - fraction) / (fraction - _from) : null;
            if (_silent && time.GetElapsedTime(_said, now) < BetweenNews)
            {
                return false;
            }
            (_said, _silent) = (now, true);
            return true;
        }
    }

    private static string? Kind(string? phase) => phase?.Split(' ')[0];
}
