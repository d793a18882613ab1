using System.Text;

namespace CllClip.Engine.Tokenizer;

/// <summary>The normaliser of Hugging Face's fast CLIP tokenizer: NFC, runs of white space to one space, lower case character by character.</summary>
/// <remarks>Character by character: no final sigma (Σ -> σ always), İ -> i + U+0307. Lone surrogates become U+FFFD. Not thread-safe: it keeps a buffer.</remarks>
public sealed class TextNormalizer
{
    private const char CapitalIWithDot = '\u0130';
    private const char FirstNotAlwaysComposed = '\u0300'; // below it every text is in NFC already
    private char[] buffer = new char[256];

    /// <summary>Above this capacity (characters) a buffer is not worth keeping.</summary>
    internal const int KeptCapacity = 1 << 16;

    /// <summary>The length of the buffer, in characters.</summary>
    internal int Capacity => buffer.Length;

    /// <summary>Normalises <paramref name="text"/>. The result is valid until the next call.</summary>
    public ReadOnlySpan<char> Normalize(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExceptInRange('\0', (char)(FirstNotAlwaysComposed - 1)))
            text = Compose(text);
        if (buffer.Length < text.Length * 2) // İ doubles
            buffer = new char[Math.Max(buffer.Length * 2, text.Length * 2)];
        return buffer.AsSpan(0, LowerAndCollapse(text, buffer));
    }

    private static int LowerAndCollapse(ReadOnlySpan<char> text, Span<char> target)
    {
        int length = 0;
        var afterSpace = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (CharacterTable.ClassOf(c) == CharacterClass.WhiteSpace)
            {
                if (!afterSpace)
                    target[length++] = ' ';
                afterSpace = true;
                continue;
            }
            afterSpace = false;
            if (char.IsHighSurrogate(c)) // well-formed here: Compose saw to it
                length += CharacterTable.ToLower(new Rune(c, text[++i])).EncodeToUtf16(target[length..]);
            else if (c == CapitalIWithDot)
            {
                target[length++] = 'i';
                target[length++] = '\u0307';
            }
            else
                target[length++] = CharacterTable.ToLower(c);
        }
        return length;
    }

    private static ReadOnlySpan<char> Compose(ReadOnlySpan<char> text)
    {
        if (!IsWellFormed(text))
            text = Repair(text);
        return text.IsNormalized() ? text : new string(text).Normalize(NormalizationForm.FormC);
    }

    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        var i = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        if (i < 0)
            return true;
        for (; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }
        return true;
    }

    private static string Repair(ReadOnlySpan<char> text)
    {
        var repaired = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // yields U+FFFD for a lone surrogate
            repaired.Append(rune.ToString());
        return repaired.ToString();
    }
}
