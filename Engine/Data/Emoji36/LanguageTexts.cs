namespace CllClip.Engine.Data.Emoji36;

/// <summary>
/// Names and keywords of one language, in one piece: as strings, those of 36 languages (400,000) would take four times the memory, and a second to make.
/// Immutable.
/// </summary>
internal sealed class LanguageTexts
{
    private readonly string _text; // a line for each emoji, name and keywords apart by tabs
    private readonly int[] _starts; // [fields + 1], in _text; a field ends one before the next begins
    private readonly int[] _first; // [emoji + 1], in _starts: the name; keywords follow

    /// <param name="text">As stored.</param>
    /// <param name="emoji">How many emoji the lines are of.</param>
    /// <exception cref="EngineException">There are more or fewer lines.</exception>
    public LanguageTexts(string text, int emoji)
    {
        _text = text;
        var starts = new List<int> { 0 };
        var first = new List<int>(emoji + 1) { 0 };
        for (var at = 0; at < text.Length; )
        {
            var next = text.AsSpan(at).IndexOfAny('\t', '\n');
            if (next < 0)
            {
                break;
            }
            at += next + 1;
            if (text[at - 1] == '\n')
            {
                first.Add(starts.Count);
            }
            starts.Add(at);
        }
        first.Add(starts.Count);
        starts.Add(text.Length + 1);
        (_starts, _first) = ([.. starts], [.. first]);
        if (_first.Length != emoji + 1)
        {
            throw new EngineException(
                $"A prepared text of Emoji36 has {_first.Length - 1} lines for {emoji} emoji. Delete the prepared data set; it is prepared again at the next start."
            );
        }
    }

    /// <summary>Number of emoji.</summary>
    public int Count => _first.Length - 1;

    /// <summary>Name of an emoji; empty where the language has none.</summary>
    public ReadOnlySpan<char> Name(int emoji) => Field(_first[emoji]);

    /// <summary>Number of an emoji's keywords.</summary>
    public int KeywordCount(int emoji) => _first[emoji + 1] - _first[emoji] - 1;

    /// <summary>A keyword of an emoji.</summary>
    public ReadOnlySpan<char> Keyword(int emoji, int keyword) => Field(_first[emoji] + 1 + keyword);

    /// <summary>Keywords of an emoji.</summary>
    public IEnumerable<string> Keywords(int emoji)
    {
        for (var k = 0; k < KeywordCount(emoji); k++)
        {
            yield return Keyword(emoji, k).ToString();
        }
    }

    private ReadOnlySpan<char> Field(int field) => _text.AsSpan(_starts[field], _starts[field + 1] - 1 - _starts[field]);
}
