namespace CllClip.Engine.Evaluation;

/// <summary>Definitions of forgetting in use. All are means over the languages learned before the last task; they differ in what the score now is held against.</summary>
public enum ForgettingDefinition
{
    /// <summary>The paper's (section 4.1, after Chaudhry et al. 2018): best score before the last task, minus the score now; negative where a language gained.</summary>
    Paper,

    /// <summary>Mammoth's (<c>utils/metrics.py</c>, <c>forgetting</c>): best score at any time, the last one included, minus the score now; never negative.</summary>
    Mammoth,

    /// <summary>Avalanche's (<c>evaluation/metrics/forgetting_bwt.py</c>, <c>StreamForgetting</c>): score right after the own task, minus the score now; backward transfer with its sign turned.</summary>
    Avalanche,
}

/// <summary>What one language lost, by each definition, in percentage points.</summary>
/// <param name="Paper">By <see cref="ForgettingDefinition.Paper"/>.</param>
/// <param name="Mammoth">By <see cref="ForgettingDefinition.Mammoth"/>.</param>
/// <param name="Avalanche">By <see cref="ForgettingDefinition.Avalanche"/>.</param>
public readonly record struct Forgotten(double Paper, double Mammoth, double Avalanche)
{
    /// <summary>Of a language's scores from its own task to the last one, in order.</summary>
    /// <exception cref="ArgumentException">There are fewer than two: after its own task a language has had no time to be forgotten.</exception>
    public static Forgotten Of(IReadOnlyList<double> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Count < 2)
        {
            throw new ArgumentException("Forgetting needs a score after a later task.", nameof(scores));
        }
        var now = scores[^1];
        var earlier = scores.Take(scores.Count - 1).Max();
        return new(earlier - now, Math.Max(earlier, now) - now, scores[0] - now);
    }

    /// <summary>By one definition.</summary>
    public double By(ForgettingDefinition definition) =>
        definition switch
        {
            ForgettingDefinition.Mammoth => Mammoth,
            ForgettingDefinition.Avalanche => Avalanche,
            _ => Paper,
        };
}
