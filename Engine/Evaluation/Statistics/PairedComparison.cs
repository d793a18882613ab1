namespace CllClip.Engine.Evaluation.Statistics;

/// <summary>Two models on the same queries: how much better the second is, how sure that is.</summary>
/// <param name="Queries">Number of queries n.</param>
/// <param name="OnlyFirst">Queries that the first alone answers.</param>
/// <param name="OnlySecond">Queries that the second alone answers.</param>
/// <param name="Difference">Second minus first, in percentage points.</param>
/// <param name="Interval">95 % bootstrap interval of the difference, in percentage points.</param>
/// <param name="P">Two-sided p-value of the paired permutation test.</param>
public sealed record PairedComparison(int Queries, int OnlyFirst, int OnlySecond, double Difference, Interval Interval, double P)
{
    /// <summary>Replicates of the bootstrap.</summary>
    public const int Replicates = 10_000;

    /// <summary>Compares answers to the same queries.</summary>
    /// <param name="first">Whether the first model answers each query.</param>
    /// <param name="second">Whether the second does.</param>
    /// <param name="random">Draws of the bootstrap.</param>
    /// <exception cref="ArgumentException">There are no queries, or not the same number.</exception>
    /// <remarks>
    /// Bootstrap: queries are drawn n times with replacement, each with both answers; percentile interval. Only what one of the two answers counts, so the
    /// number of such queries and then whose they are is drawn, which is the same distribution. Permutation: under the null hypothesis the two answers to a query
    /// may be exchanged, so that each query answered by one alone is either's with equal chance; the p-value is that of all exchanges, not of a sample (McNemar's exact test).
    /// </remarks>
    public static PairedComparison Of(IReadOnlyList<bool> first, IReadOnlyList<bool> second, Random random)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(random);
        if (first.Count == 0 || first.Count != second.Count)
        {
            throw new ArgumentException(
                $"{first.Count} answers cannot be compared with {second.Count}: the same queries are needed, at least one."
            );
        }
        var (onlyFirst, onlySecond) = (0, 0);
        for (var i = 0; i < first.Count; i++)
        {
            onlyFirst += first[i] && !second[i] ? 1 : 0;
            onlySecond += second[i] && !first[i] ? 1 : 0;
        }
        var n = first.Count;
        return new(
            n,
            onlyFirst,
            onlySecond,
            100.0 * (onlySecond - onlyFirst) / n,
            Bootstrap(n, onlyFirst, onlySecond, random),
            Permutation(onlyFirst, onlySecond)
        );
    }

    private static Interval Bootstrap(int n, int onlyFirst, int onlySecond, Random random)
    {
        var differing = onlyFirst + onlySecond;
        if (differing == 0)
        {
            return new(0, 0);
        }
        var count = new BinomialDistribution(n, (double)differing / n, drawsOnly: true);
        var whose = new Dictionary<int, BinomialDistribution>();
        var differences = new double[Replicates];
        for (var r = 0; r < Replicates; r++)
        {
            var drawn = count.Draw(random);
            if (!whose.TryGetValue(drawn, out var second))
            {
                whose[drawn] = second = new BinomialDistribution(drawn, (double)onlySecond / differing, drawsOnly: true);
            }
            differences[r] = 100.0 * ((2 * second.Draw(random)) - drawn) / n;
        }
        return Percentiles(differences);
    }

    private static double Permutation(int onlyFirst, int onlySecond) =>
        Math.Min(1, 2 * new BinomialDistribution(onlyFirst + onlySecond, 0.5).AtMost(Math.Min(onlyFirst, onlySecond)));

    internal static Interval Percentiles(double[] values)
    {
        Array.Sort(values);
        return new(Quantile(values, 0.025), Quantile(values, 0.975));
    }

    /// <summary>Quantile of sorted values, linear between them.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
