using System.Globalization;
using System.Text;

namespace CllClip.Engine.Data.Statistics;

/// <summary>
/// Counts words as Unicode's text segmentation cuts them (UAX #29, word boundaries): runs of letters, marks and digits, held together by an apostrophe, a
/// full stop or the like within. A piece counts that holds a letter or a digit. Writing without spaces has no words in this sense: see <see cref="HasWords"/>.
/// </summary>
public static class WordCount
{
    /// <summary>Languages that are written without spaces between words: a dictionary would be needed.</summary>
    private static readonly HashSet<string> WithoutSpaces = new(StringComparer.OrdinalIgnoreCase)
    {
        "zh",
        "yue",
        "wuu",
        "nan",
        "hak",
        "gan",
        "lzh",
        "ja",
        "th",
        "lo",
        "km",
        "my",
        "bo",
        "dz",
        "shn",
        "nod",
    };

    private enum Kind
    {
        Other,
        Letter,
        Number,
        Extend, // marks and format characters, which belong to what is before them
        Connector, // ExtendNumLet: _
        MidLetter,
        MidNumber,
        MidBoth,
        Ideograph, // each a piece of its own
        Kana,
    }

    /// <summary>Whether words of a language can be told by spaces.</summary>
    /// <param name="language">BCP 47 tag.</param>
    public static bool HasWords(string language)
    {
        ArgumentNullException.ThrowIfNull(language);
        return !WithoutSpaces.Contains(language.Split('-')[0]);
    }

    /// <summary>Number of words in a text.</summary>
    public static int Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (words, last, counted) = (0, Kind.Other, false); // last: the piece's last kind that is no Extend; counted: whether the piece is a word already
        var at = 0;
        while (Next(text, ref at, out var kind))
        {
            if (kind == Kind.Extend)
            {
                continue; // belongs to what is before it
            }
            if (!Joins(last, kind, text, at))
            {
                counted = false;
            }
            if (kind is Kind.Letter or Kind.Number or Kind.Ideograph or Kind.Kana && !counted)
            {
                words++;
                counted = true;
            }
            last = kind;
        }
        return words;
    }

    /// <summary>Whether there is no boundary between two characters. A mark in the middle joins only if what follows it is of the right kind too.</summary>
    private static bool Joins(Kind last, Kind kind, string text, int after) =>
        (last, kind) switch
        {
            (Kind.Letter or Kind.Number or Kind.Connector, Kind.Letter or Kind.Number or Kind.Connector) => true,
            (Kind.Kana or Kind.Connector, Kind.Kana or Kind.Connector) => true,
            (Kind.Letter, Kind.MidLetter or Kind.MidBoth) => Peek(text, after) == Kind.Letter,
            (Kind.Number, Kind.MidNumber or Kind.MidBoth) => Peek(text, after) == Kind.Number,
            (Kind.MidLetter or Kind.MidBoth, Kind.Letter) or (Kind.MidNumber or Kind.MidBoth, Kind.Number) => true, // was looked ahead to, or begins a piece anyhow
            _ => false,
        };

    private static Kind Peek(string text, int at)
    {
        while (Next(text, ref at, out var kind))
        {
            if (kind != Kind.Extend)
            {
                return kind;
            }
        }
        return Kind.Other;
    }

    private static bool Next(string text, ref int at, out Kind kind)
    {
        if (at >= text.Length)
        {
            kind = Kind.Other;
            return false;
        }
        Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
        at += length;
        kind = KindOf(rune);
        return true;
    }

    private static Kind KindOf(Rune rune) =>
        rune.Value switch
        {
            '\'' or '.' or 0x2018 or 0x2019 or 0x2024 or 0xFE52 or 0xFF07 or 0xFF0E => Kind.MidBoth,
            ':' or 0x00B7 or 0x0387 or 0x055F or 0x05F4 or 0x2027 or 0xFE13 or 0xFE55 or 0xFF1A => Kind.MidLetter,
            ',' or ';' or 0x037E or 0x0589 or 0x060C or 0x060D or 0x066C or 0x07F8 or 0x2044 or 0xFE10 or 0xFE14 or 0xFF0C or 0xFF1B =>
                Kind.MidNumber,
            (>= 0x3041 and <= 0x3096) or (>= 0x0E01 and <= 0x0EDF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF) =>
                Kind.Ideograph,
            (>= 0x30A1 and <= 0x30FF) or (>= 0x31F0 and <= 0x31FF) or (>= 0xFF66 and <= 0xFF9F) => Kind.Kana,
            (>= 0x3400 and <= 0x4DBF)
            or (>= 0x4E00 and <= 0x9FFF)
            or (>= 0xF900 and <= 0xFAFF)
            or (>= 0x20000 and <= 0x3FFFF)
            or 0x3005
            or 0x3007 => Kind.Ideograph,
            _ => Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.UppercaseLetter
                or UnicodeCategory.LowercaseLetter
                or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter
                or UnicodeCategory.LetterNumber => Kind.Letter,
                UnicodeCategory.DecimalDigitNumber => Kind.Number,
                UnicodeCategory.ConnectorPunctuation => Kind.Connector,
                UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark
                or UnicodeCategory.Format => Kind.Extend,
                _ => Kind.Other,
            },
        };
}
