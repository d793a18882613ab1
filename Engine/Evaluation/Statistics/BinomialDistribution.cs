namespace CllClip.Engine.Evaluation.Statistics;

/// <summary>Number of successes in n independent trials of chance p.</summary>
internal sealed class BinomialDistribution
{
    private const double NeverDrawn = 1e-20; // of the mode's chance: below what the draw's 53 bits tell apart

    private readonly double[] _cumulative; // P(X <= k) [n + 1]
    private readonly int _first; // what may be drawn: from here
    private readonly int _last; // to here

    /// <summary>Makes the table of the distribution.</summary>
    /// <param name="trials">n, from 0.</param>
    /// <param name="chance">p, from 0 to 1.</param>
    /// <param name="drawsOnly">Whether it is drawn from alone: the table ends where nothing is ever drawn, which for many trials is most of it.</param>
    public BinomialDistribution(int trials, double chance, bool drawsOnly = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        ArgumentOutOfRangeException.ThrowIfNegative(chance);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chance, 1);
        _cumulative = new double[trials + 1];
        (_first, _last) = (0, trials);
        if (chance is 0 or 1)
        {
            Array.Fill(_cumulative, 1, chance == 0 ? 0 : trials, chance == 0 ? trials + 1 : 1);
            return;
        }
        // from the mode outwards, where a term is never too small for a double, and then divided by the sum
        var mode = (int)Math.Min(trials, Math.Floor((trials + 1) * chance));
        var odds = chance / (1 - chance);
        _cumulative[mode] = 1;
        var least = drawsOnly ? NeverDrawn : -1;
        for (_last = mode; _last < trials && _cumulative[_last] > least; _last++)
        {
            _cumulative[_last + 1] = _cumulative[_last] * (trials - _last) / (_last + 1) * odds;
        }
        for (_first = mode; _first > 0 && _cumulative[_first] > least; _first--)
        {
            _cumulative[_first - 1] = _cumulative[_first] * _first / (trials - _first + 1) / odds;
        }
        var sum = 0.0;
        for (var k = _first; k <= _last; k++)
        {
            _cumulative[k] = sum += _cumulative[k];
        }
        for (var k = _first; k <= _last; k++)
        {
            _cumulative[k] /= sum;
        }
    }

    /// <summary>P(X at most k).</summary>
    public double AtMost(int k) => k < 0 ? 0 : _cumulative[Math.Min(k, _cumulative.Length - 1)];

    /// <summary>A draw.</summary>
    public int Draw(Random random)
    {
        var found = Array.BinarySearch(_cumulative, _first, _last - _first + 1, random.NextDouble());
        // of entries equal to the draw the first, or the one after; steps of height 0 are never drawn
        return Math.Min(found < 0 ? ~found : found + 1, _last);
    }
}
