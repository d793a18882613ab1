namespace CllClip.Engine.Evaluation.Statistics;

/// <summary>
/// Draws of whole numbers for a bootstrap, tens of millions for each pair of models: a seeded <see cref="Random"/> takes several times as long. SplitMix64
/// (Steele, Lea and Flood 2014), whose seed is drawn.
/// </summary>
internal sealed class QuickDraws(Random seed)
{
    private ulong _state = (ulong)seed.NextInt64();

    /// <summary>A number from 0 to below a limit; some are likelier than others by at most the limit's share of 2^64.</summary>
    public int Below(int limit)
    {
        var bits = _state += 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return (int)Math.BigMul(bits ^ (bits >> 31), (ulong)limit, out _);
    }
}
