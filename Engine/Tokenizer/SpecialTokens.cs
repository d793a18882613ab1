namespace CllClip.Engine.Tokenizer;

/// <summary>CLIP's two special tokens. They are cut out of the raw text, in exact case, before anything else; white space around them stays text.</summary>
public static class SpecialTokens
{
    /// <summary>Opens every text.</summary>
    public const string Start = "<|startoftext|>";

    /// <summary>Closes every text (EOS); also the padding and the unknown token.</summary>
    public const string End = "<|endoftext|>";

    /// <summary>What a word's last piece ends with.</summary>
    public const string EndOfWord = "</w>";

    /// <summary>Finds the first special token in <paramref name="text"/>: its index and itself, or -1 and null.</summary>
    internal static (int Index, string? Token) FindFirst(ReadOnlySpan<char> text)
    {
        for (var from = 0; ; )
        {
            var index = text[from..].IndexOf("<|", StringComparison.Ordinal);
            if (index < 0)
                return (-1, null);
            from += index;
            if (text[from..].StartsWith(Start, StringComparison.Ordinal))
                return (from, Start);
            if (text[from..].StartsWith(End, StringComparison.Ordinal))
                return (from, End);
            from += 2;
        }
    }
}
