using System.Globalization;
using System.Text;

namespace CllClip.Engine.Tokenizer;

/// <summary>Character classes and lower case by code point, tabulated for the basic plane.</summary>
/// <remarks>.NET's regular expressions see UTF-16 units, so <c>\p{L}</c> there misses the letters above U+FFFF.</remarks>
public static class CharacterTable
{
    private static readonly CharacterClass[] Classes = BuildClasses();
    private static readonly char[] Lower = BuildLower();

    /// <summary>The class of a character of the basic plane.</summary>
    public static CharacterClass ClassOf(char character) => Classes[character];

    /// <summary>The class of any code point.</summary>
    public static CharacterClass ClassOf(Rune rune) =>
        Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter
            or UnicodeCategory.LowercaseLetter
            or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter
            or UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterClass.Number,
            _ => Rune.IsWhiteSpace(rune) ? CharacterClass.WhiteSpace : CharacterClass.Other,
        };

    /// <summary>The lower case of a character of the basic plane, save U+0130, which becomes two characters (<see cref="TextNormalizer"/>).</summary>
    public static char ToLower(char character) => Lower[character];

    /// <summary>The lower case of any code point, with the same exception.</summary>
    public static Rune ToLower(Rune rune) => NewerLower(rune.Value) is { } lower ? new Rune(lower) : Rune.ToLowerInvariant(rune);

    private static CharacterClass[] BuildClasses()
    {
        var classes = new CharacterClass[char.MaxValue + 1];
        for (var c = 0; c < classes.Length; c++)
        {
            if (Rune.TryCreate((char)c, out var rune))
                classes[c] = ClassOf(rune);
        }
        return classes;
    }

    private static char[] BuildLower()
    {
        var lower = new char[char.MaxValue + 1];
        for (var c = 0; c < lower.Length; c++)
            lower[c] = (char)(NewerLower(c) ?? char.ToLowerInvariant((char)c));
        return lower;
    }

    /// <summary>
    /// Case pairs of Unicode 16 and 17. .NET takes its casing from the machine's ICU, which may be older than its own character classes;
    /// with these the ids do not depend on the machine.
    /// </summary>
    private static int? NewerLower(int codePoint) =>
        codePoint switch
        {
            0x1C89 or 0xA7CC or 0xA7CE or 0xA7D2 or 0xA7D4 or 0xA7DA => codePoint + 1,
            0xA7CB => 0x0264,
            0xA7DC => 0x019B,
            >= 0x10D50 and <= 0x10D65 => codePoint + 0x20, // Garay
            >= 0x16EA0 and <= 0x16EB8 => codePoint + 0x1B, // Beria Erfe
            _ => null,
        };
}
