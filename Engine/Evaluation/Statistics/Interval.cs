namespace CllClip.Engine.Evaluation.Statistics;

/// <summary>A confidence interval.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct Interval(double Low, double High)
{
    private const double Z = NormalDistribution.Z95;

    /// <summary>Wilson's score interval of a share at 95 %, in percent: what a recall over n queries says about the queries that were not asked (Wilson 1927).</summary>
    /// <param name="percent">The share in percent.</param>
    /// <param name="n">Number of queries.</param>
    public static Interval OfRecall(double percent, int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        var share = percent / 100;
        var middle = (share + (Z * Z / (2 * n))) / (1 + (Z * Z / n));
        var half = Z / (1 + (Z * Z / n)) * Math.Sqrt((share * (1 - share) / n) + (Z * Z / (4.0 * n * n)));
        return new(100 * Math.Max(0, middle - half), 100 * Math.Min(1, middle + half));
    }

    /// <summary>The 95 % interval of a mean recall in percent, which is taken to be normal; never beyond 0 and 100.</summary>
    /// <param name="percent">The mean.</param>
    /// <param name="error">Its standard error, in percentage points.</param>
    public static Interval OfMean(double percent, double error) =>
        new(Math.Max(0, percent - (Z * error)), Math.Min(100, percent + (Z * error)));

    /// <summary>Whether a number lies within.</summary>
    public bool Contains(double value) => Low <= value && value <= High;
}
