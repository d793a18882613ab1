namespace CllClip.Engine.Data.Statistics;

/// <summary>Counts lengths, how often each comes, in memory that does not grow with their number.</summary>
internal sealed class LengthCounter
{
    private const double Share = 0.95;
    private readonly SortedDictionary<int, int> _times = [];

    /// <summary>Sum of all lengths.</summary>
    public long Sum { get; private set; }

    /// <summary>Number of lengths.</summary>
    public int Count { get; private set; }

    public void Add(int length)
    {
        _times[length] = _times.GetValueOrDefault(length) + 1;
        Sum += length;
        Count++;
    }

    /// <summary>Mean and 95th percentile (the smallest length that at least 95 % do not exceed); zeros for none.</summary>
    public LengthFigures Figures()
    {
        var (wanted, seen) = ((long)Math.Ceiling(Share * Count), 0L);
        foreach (var (length, times) in _times)
        {
            seen += times;
            if (seen >= wanted)
            {
                return new LengthFigures((double)Sum / Count, length);
            }
        }
        return new LengthFigures(0, 0);
    }
}
