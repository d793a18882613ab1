namespace CllClip.Engine.Evaluation.Statistics;

/// <summary>The standard normal distribution.</summary>
public static class NormalDistribution
{
    private const int Fractions = 60; // enough for double precision from Series' end on

    /// <summary>The 97.5 % point, for intervals of 95 %.</summary>
    public const double Z95 = 1.959963984540054;

    /// <summary>Chance of lying at least so far from 0, on either side: the two-sided p-value of a z-score.</summary>
    public static double TwoSided(double z)
    {
        var x = Math.Abs(z) / Math.Sqrt(2);
        return x < 2.5 ? 1 - Series(x) : Fraction(x);
    }

    // erf by its series of positive terms (Abramowitz and Stegun 7.1.6)
    private static double Series(double x)
    {
        var (sum, term) = (0.0, x);
        for (var n = 1; term > sum * 1e-17; n++)
        {
            sum += term;
            term *= 2 * x * x / ((2 * n) + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    // erfc by its continued fraction (7.1.14), which keeps its digits where erf is nearly 1
    private static double Fraction(double x)
    {
        var f = x;
        for (var k = Fractions; k > 0; k--)
        {
            f = x + (k / 2.0 / f);
        }
        return Math.Exp(-x * x) / (Math.Sqrt(Math.PI) * f);
    }
}
