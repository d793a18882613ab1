namespace CllClip.Engine.Evaluation.Statistics;

/// <summary>Number of successes in n independent trials of chance p.</summary>
internal sealed class BinomialDistribution
{
    private readonly double[] _cumulative; // P(X <= k) [n + 1]

    /// <summary>Makes the table of the distribution.</summary>
    /// <param name="trials">n, from 0.</param>
    /// <param name="chance">p, from 0 to 1.</param>
    public BinomialDistribution(int trials, double chance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        ArgumentOutOfRangeException.ThrowIfNegative(chance);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chance, 1);
        _cumulative = new double[trials + 1];
        if (chance is 0 or 1)
        {
            Array.Fill(_cumulative, 1, chance == 0 ? 0 : trials, chance == 0 ? trials + 1 : 1);
            return;
        }
        // from the mode outwards, where a term is never too small for a double, and then divided by the sum
        var mode = (int)Math.Min(trials, Math.Floor((trials + 1) * chance));
        var odds = chance / (1 - chance);
        _cumulative[mode] = 1;
        for (var k = mode; k < trials; k++)
        {
            _cumulative[k + 1] = _cumulative[k] * (trials - k) / (k + 1) * odds;
        }
        for (var k = mode; k > 0; k--)
        {
            _cumulative[k - 1] = _cumulative[k] * k / (trials - k + 1) / odds;
        }
        var sum = 0.0;
        for (var k = 0; k <= trials; k++)
        {
            _cumulative[k] = sum += _cumulative[k];
        }
        for (var k = 0; k <= trials; k++)
        {
            _cumulative[k] /= sum;
        }
    }

    /// <summary>P(X at most k).</summary>
    public double AtMost(int k) => k < 0 ? 0 : _cumulative[Math.Min(k, _cumulative.Length - 1)];

    /// <summary>A draw.</summary>
    public int Draw(Random random)
    {
        var found = Array.BinarySearch(_cumulative, random.NextDouble());
        // of entries equal to the draw the first, or the one after; steps of height 0 are never drawn
        return Math.Min(found < 0 ? ~found : found + 1, _cumulative.Length - 1);
    }
}
