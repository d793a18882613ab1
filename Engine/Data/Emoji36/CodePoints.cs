using System.Globalization;
using System.Text;

namespace CllClip.Engine.Data.Emoji36;

/// <summary>Code-point sequences as text, the common key of the packages: lower-case hexadecimal joined by hyphens, without <c>fe0f</c> and leading zeros.</summary>
internal static class CodePoints
{
    /// <summary>The key of a hyphenated sequence, however it was written.</summary>
    public static string Normalise(string sequence) =>
        string.Join('-', sequence.ToLowerInvariant().Split('-').Select(part => part.TrimStart('0')).Where(part => part != "fe0f"));

    /// <summary>The key of a piece of text.</summary>
    public static string Of(string text)
    {
        var key = new StringBuilder(text.Length * 6);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == 0xfe0f)
            {
                continue;
            }
            if (key.Length > 0)
            {
                key.Append('-');
            }
            key.Append(rune.Value.ToString("x", CultureInfo.InvariantCulture));
        }
        return key.ToString();
    }

    /// <summary>Whether a key has a skin-tone modifier.</summary>
    public static bool HasSkinTone(string key) =>
        key.Contains("1f3f", StringComparison.Ordinal)
        && key.Split('-')
            .Any(part => part.Length == 5 && part.StartsWith("1f3f", StringComparison.Ordinal) && part[4] is >= 'b' and <= 'f');

    /// <summary>Whether a key is a country's flag (two regional indicators).</summary>
    public static bool IsFlag(string key)
    {
        var parts = Values(key);
        return parts.Length == 2 && parts.All(part => part is >= 0x1f1e6 and <= 0x1f1ff);
    }

    /// <summary>Order by code points, number by number, the shorter first.</summary>
    public static IComparer<string> Order { get; } =
        Comparer<string>.Create(
            (a, b) =>
            {
                var (x, y) = (Values(a), Values(b));
                return x.AsSpan().SequenceCompareTo(y);
            }
        );

    private static int[] Values(string key) =>
        [.. key.Split('-').Select(part => int.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
}
