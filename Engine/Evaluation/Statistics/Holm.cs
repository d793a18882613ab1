namespace CllClip.Engine.Evaluation.Statistics;

/// <summary>Holm's correction for several tests at once (Holm 1979): the chance of one false finding among all of them stays at the level.</summary>
public static class Holm
{
    /// <summary>Adjusted p-values, in the order given: a test is significant at a level where its adjusted p-value is at most the level.</summary>
    public static double[] Adjust(IReadOnlyList<double> p)
    {
        ArgumentNullException.ThrowIfNull(p);
        var adjusted = new double[p.Count];
        var most = 0.0;
        foreach (var (index, rank) in Enumerable.Range(0, p.Count).OrderBy(i => p[i]).Select((i, rank) => (i, rank)))
        {
            adjusted[index] = most = Math.Max(most, Math.Min(1, p[index] * (p.Count - rank)));
        }
        return adjusted;
    }
}
