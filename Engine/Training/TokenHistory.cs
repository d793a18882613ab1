namespace CllClip.Engine.Training;

/// <summary>Where a token of a checkpoint comes from.</summary>
/// <param name="Stage">Stage whose task added it, from 1; 0 for a token of the base model's vocabulary.</param>
/// <param name="AddedFor">Languages of that stage; empty for the base.</param>
/// <param name="LanguageCount">In how many languages' training captions it occurred up to the checkpoint's stage; null where the chain does not say.</param>
/// <param name="Languages">
/// Those languages in the order of learning. Fewer than <paramref name="LanguageCount"/> where a stage learned several languages at once: a chain
/// stores the number for each stage, not which of its languages they were.
/// </param>
public sealed record TokenOrigin(int Stage, IReadOnlyList<string> AddedFor, int? LanguageCount, IReadOnlyList<string> Languages);

/// <summary>Which stage added each token and whose captions held it, as the stages of a chain store it. Immutable once folded.</summary>
public sealed class TokenHistory
{
    private readonly int _baseSize;
    private readonly List<Stage> _stages = [];

    /// <summary>The history of a chain without a stage.</summary>
    /// <param name="baseSize">Tokens of the base model.</param>
    internal TokenHistory(int baseSize) => _baseSize = baseSize;

    /// <summary>Whether the stages say which tokens occurred.</summary>
    public bool IsStored => _stages.Exists(s => s.Tokens.Length > 0);

    /// <summary>Memory held, bytes.</summary>
    public long Bytes => _stages.Sum(s => (sizeof(int) + 1L) * s.Tokens.Length);

    /// <summary>Appends a stage.</summary>
    /// <param name="languages">Languages it learned.</param>
    /// <param name="size">Tokens of the vocabulary after it.</param>
    /// <param name="occurred">Tokens that occurred, with the number of languages each.</param>
    internal void Add(IReadOnlyList<string> languages, int size, IReadOnlyList<(int Token, int Languages)> occurred)
    {
        var ordered = occurred.OrderBy(o => o.Token).ToList(); // a chain is written in this order; looking up relies on it
        _stages.Add(new Stage(languages, size, [.. ordered.Select(o => o.Token)], [.. ordered.Select(o => (byte)o.Languages)]));
    }

    /// <summary>Where a token comes from.</summary>
    public TokenOrigin Of(int id)
    {
        var added = id < _baseSize ? -1 : _stages.FindIndex(s => id < s.Size);
        if (!IsStored)
        {
            return new TokenOrigin(added + 1, added < 0 ? [] : _stages[added].Languages, null, []);
        }
        var (count, known) = (0, new List<string>());
        foreach (var stage in _stages)
        {
            var at = Array.BinarySearch(stage.Tokens, id);
            var languages = at < 0 ? 0 : stage.Counts[at];
            count += languages;
            known.AddRange(languages == stage.Languages.Count ? stage.Languages : []);
        }
        return new TokenOrigin(added + 1, added < 0 ? [] : _stages[added].Languages, count, known);
    }

    private sealed record Stage(IReadOnlyList<string> Languages, int Size, int[] Tokens, byte[] Counts);
}
