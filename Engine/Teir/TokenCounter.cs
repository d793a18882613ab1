namespace CllClip.Engine.Teir;

/// <summary>
/// How many tasks each token has occurred in, with the reference's bookkeeping (spec section 6, fixtures/teir): every row starts at 1; while the
/// table still has the base's size at the start of a task all rows get +1; after a task each token is raised by the number of languages it occurred in.
/// </summary>
public sealed class TokenCounter
{
    private readonly int _baseSize;
    private readonly HashSet<int> _special;
    private readonly List<long> _counts;

    /// <summary>A new model's counters.</summary>
    /// <param name="baseSize">Rows of the base model's table.</param>
    /// <param name="specialIds">Start, end, padding, unknown: their scale is always 0.</param>
    public TokenCounter(int baseSize, IEnumerable<int> specialIds)
    {
        _baseSize = baseSize;
        _special = [.. specialIds];
        _counts = [.. Enumerable.Repeat(1L, baseSize)];
    }

    /// <summary>The counters, one a row.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>Start of a task: the table grows to <paramref name="size"/> rows.</summary>
    public void BeginTask(int size)
    {
        if (_counts.Count == _baseSize) // so that no original token counts as unique to a new language
        {
            for (var i = 0; i < _counts.Count; i++)
            {
                _counts[i]++;
            }
        }
        while (_counts.Count < size)
        {
            _counts.Add(1);
        }
    }

    /// <summary>TEIR's scale of a row in this task: 1/counter if its token occurs, else 0; 0 for special tokens.</summary>
    /// <param name="row">The row.</param>
    /// <param name="occurrence">Tokens of this task.</param>
    /// <param name="exponent">Power of the scale, 1 in the paper; with 0 every token of the task has scale 1, special ones and those that do not occur still 0.</param>
    public double Scale(int row, TokenOccurrence occurrence, double exponent = 1)
    {
        ArgumentNullException.ThrowIfNull(occurrence);
        var spared = !occurrence.Contains(row) || _special.Contains(row);
        return spared ? 0 : ScaleOf(_counts[row], exponent);
    }

    /// <summary>The scale that belongs to a counter: its inverse to the power of <paramref name="exponent"/>.</summary>
    public static double ScaleOf(long count, double exponent) => Math.Pow(1.0 / count, exponent);

    /// <summary>End of a task: each token is raised by the number of languages it occurred in.</summary>
    public void EndTask(IEnumerable<(int Token, int Languages)> occurred)
    {
        ArgumentNullException.ThrowIfNull(occurred);
        foreach (var (token, languages) in occurred)
        {
            _counts[token] += languages;
        }
    }
}
