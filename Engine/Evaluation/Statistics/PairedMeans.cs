namespace CllClip.Engine.Evaluation.Statistics;

/// <summary>The mean difference of paired units that weigh alike: images, each with the answers to its queries in all languages.</summary>
/// <param name="Units">Number of units n.</param>
/// <param name="Difference">Mean difference.</param>
/// <param name="Interval">95 % bootstrap interval of it.</param>
/// <param name="P">Two-sided p-value of the paired permutation test.</param>
public sealed record PairedMeans(int Units, double Difference, Interval Interval, double P)
{
    private const int Replicates = 10_000;
    private const int MostExact = 20; // units whose signs are all tried: a million sums

    /// <summary>Tests whether differences are 0 in the mean.</summary>
    /// <param name="differences">Second minus first, one a unit.</param>
    /// <param name="random">Draws of the bootstrap and of the permutations.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    /// <remarks>
    /// Bootstrap: units are drawn with replacement; percentile interval. Permutation: under the null hypothesis each unit's difference may have either sign; with up
    /// to 20 units that differ all signs are tried, else a sample, itself counted in (Phipson and Smyth 2010), so that p is never 0.
    /// </remarks>
    public static PairedMeans Of(IReadOnlyList<double> differences, Random random)
    {
        ArgumentNullException.ThrowIfNull(differences);
        ArgumentNullException.ThrowIfNull(random);
        if (differences.Count == 0)
        {
            throw new ArgumentException("There is nothing to compare.", nameof(differences));
        }
        double[] all = [.. differences];
        return new(all.Length, all.Average(), Bootstrap(all, random), Permutation([.. all.Where(d => d != 0)], random));
    }

    private static Interval Bootstrap(double[] all, Random random)
    {
        var means = new double[Replicates];
        var draws = new QuickDraws(random);
        for (var r = 0; r < Replicates; r++)
        {
            var sum = 0.0;
            for (var i = 0; i < all.Length; i++)
            {
                sum += all[draws.Below(all.Length)];
            }
            means[r] = sum / all.Length;
        }
        return PairedComparison.Percentiles(means);
    }

    private static double Permutation(double[] differing, Random random)
    {
        var observed = Math.Abs(differing.Sum());
        var limit = observed - (1e-9 * differing.Sum(Math.Abs)); // sums in another order may round otherwise
        return differing.Length <= MostExact ? Exact(differing, limit) : Sampled(differing, limit, random);
    }

    private static double Exact(double[] differing, double limit)
    {
        var (all, reached) = (1L << differing.Length, 0L);
        for (var signs = 0L; signs < all; signs++)
        {
            var sum = 0.0;
            for (var i = 0; i < differing.Length; i++)
            {
                sum += (signs >> i & 1) == 0 ? differing[i] : -differing[i];
            }
            reached += Math.Abs(sum) >= limit ? 1 : 0;
        }
        return (double)reached / all;
    }

    private static double Sampled(double[] differing, double limit, Random random)
    {
        var reached = 1;
        for (var r = 0; r < Replicates; r++)
        {
            var (sum, bits) = (0.0, 0L);
            for (var i = 0; i < differing.Length; i++)
            {
                if (i % 62 == 0)
                {
                    bits = random.NextInt64(1L << 62);
                }
                sum += (bits & 1) == 0 ? differing[i] : -differing[i];
                bits >>= 1;
            }
            reached += Math.Abs(sum) >= limit ? 1 : 0;
        }
        return reached / (Replicates + 1.0);
    }
}
