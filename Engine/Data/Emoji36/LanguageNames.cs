using System.Text;

namespace CllClip.Engine.Data.Emoji36;

/// <summary>What is kept of every language that was asked for: its names in one piece of UTF-8, which takes far less than as many strings. Immutable.</summary>
internal sealed class LanguageNames
{
    private readonly byte[] _text;
    private readonly int[] _starts; // [emoji + 1], in _text

    /// <param name="texts">Names and keywords of the language.</param>
    /// <param name="emoji">All emoji.</param>
    public LanguageNames(LanguageTexts texts, IReadOnlyList<EmojiItem> emoji)
    {
        var text = new MemoryStream();
        _starts = new int[texts.Count + 1];
        for (var e = 0; e < texts.Count; e++)
        {
            var name = texts.Name(e);
            Span<byte> bytes = new byte[Encoding.UTF8.GetByteCount(name)];
            Encoding.UTF8.GetBytes(name, bytes);
            text.Write(bytes);
            _starts[e + 1] = (int)text.Length;
        }
        _text = text.ToArray();
        Trained = [.. emoji.Where(e => Has(e.Index) && e.TrainingImages.Count > 0).Select(e => e.Index)];
    }

    /// <summary>Emoji with a name and a drawing to train with.</summary>
    public IReadOnlyList<int> Trained { get; }

    /// <summary>Whether an emoji has a name.</summary>
    public bool Has(int emoji) => _starts[emoji + 1] > _starts[emoji];

    /// <summary>Name of an emoji; null where the language has none.</summary>
    public string? Of(int emoji) => Has(emoji) ? Encoding.UTF8.GetString(_text, _starts[emoji], _starts[emoji + 1] - _starts[emoji]) : null;
}
