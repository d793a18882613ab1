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
    public double Scale(int row, TokenOccurrence occurrence)
    {
        ArgumentNullException.ThrowIfNull(occurrence);
        return occurrence.Contains(row) && !_special.Contains(row) ? 1.0 / _counts[row] : 0;
    }

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
