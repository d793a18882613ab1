namespace CllClip.Engine.Teir;

/// <summary>Which tokens occur in a task's training captions, and in how many languages each (spec section 6). Special tokens are not counted, captions are not truncated.</summary>
public sealed class TokenOccurrence
{
    private readonly Dictionary<int, HashSet<string>> _languages = [];

    /// <summary>Adds a caption's tokens, without start and end.</summary>
    public void Add(string language, IEnumerable<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        foreach (var token in tokens)
        {
            if (!_languages.TryGetValue(token, out var set))
            {
                _languages[token] = set = [];
            }
            set.Add(language);
        }
    }

    /// <summary>Every token that occurs, ascending, with the number of languages it occurs in.</summary>
    public IReadOnlyList<(int Token, int Languages)> Tokens => [.. _languages.OrderBy(x => x.Key).Select(x => (x.Key, x.Value.Count))];

    /// <summary>Whether a token occurs.</summary>
    public bool Contains(int token) => _languages.ContainsKey(token);
}
