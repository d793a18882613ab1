using System.Text;

namespace CllClip.Engine.Tokenizer;

/// <summary>The byte alphabet of GPT-2 and CLIP: each of the 256 byte values is spelled by one printable character.</summary>
/// <remarks>Printable Latin-1 bytes spell themselves; the 68 others take U+0100 and up, in byte order. No spelling is white space.</remarks>
public static class ByteAlphabet
{
    private static readonly char[] Spelling = BuildSpelling();
    private static readonly short[] Values = BuildValues(Spelling);

    /// <summary>The 256 characters; position = byte value.</summary>
    public static ReadOnlySpan<char> Characters => Spelling;

    /// <summary>The character that spells <paramref name="value"/>.</summary>
    public static char Spell(byte value) => Spelling[value];

    /// <summary>The bytes of <paramref name="text"/> in UTF-8, spelled in this alphabet; lone surrogates become U+FFFD.</summary>
    public static string Spell(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = Encoding.UTF8.GetBytes(text, bytes);
        return string.Create(
            length,
            bytes,
            static (characters, source) =>
            {
                for (var i = 0; i < characters.Length; i++)
                    characters[i] = Spelling[source[i]];
            }
        );
    }

    /// <summary>Finds the byte that <paramref name="character"/> spells; false where it is none of the alphabet.</summary>
    public static bool TryGetByte(char character, out byte value)
    {
        var found = character < Values.Length ? Values[character] : (short)-1;
        value = (byte)found;
        return found >= 0;
    }

    private static char[] BuildSpelling()
    {
        var spelling = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
            spelling[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)next++;
        return spelling;
    }

    private static short[] BuildValues(char[] spelling)
    {
        var values = new short[spelling.Max() + 1];
        Array.Fill(values, (short)-1);
        for (var value = 0; value < spelling.Length; value++)
            values[spelling[value]] = (short)value;
        return values;
    }
}
