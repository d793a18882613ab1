using System.Text;

namespace CllClip.Engine.Search;

/// <summary>Scripts as the language catalogue names them; Japanese is kana, and Han where kana stand beside it.</summary>
internal static class WritingSystem
{
    private static readonly (int First, int Last, string Script)[] Ranges =
    [
        (0x0041, 0x024F, "Latin"),
        (0x0370, 0x03FF, "Greek"),
        (0x0400, 0x052F, "Cyrillic"),
        (0x0590, 0x05FF, "Hebrew"),
        (0x0600, 0x06FF, "Arabic"),
        (0x0750, 0x077F, "Arabic"),
        (0x08A0, 0x08FF, "Arabic"),
        (0x0900, 0x097F, "Devanagari"),
        (0x0980, 0x09FF, "Bengali"),
        (0x0C00, 0x0C7F, "Telugu"),
        (0x0E00, 0x0E7F, "Thai"),
        (0x1100, 0x11FF, "Hangul"),
        (0x1E00, 0x1EFF, "Latin"),
        (0x1F00, 0x1FFF, "Greek"),
        (0x3040, 0x30FF, "Japanese"),
        (0x3130, 0x318F, "Hangul"),
        (0x31F0, 0x31FF, "Japanese"),
        (0x3400, 0x9FFF, "Han"),
        (0xAC00, 0xD7AF, "Hangul"),
        (0xF900, 0xFAFF, "Han"),
        (0xFB1D, 0xFB4F, "Hebrew"),
        (0xFB50, 0xFDFF, "Arabic"),
        (0xFE70, 0xFEFF, "Arabic"),
        (0xFF21, 0xFF5A, "Latin"),
        (0xFF66, 0xFF9D, "Japanese"),
        (0x20000, 0x323AF, "Han"),
    ];

    /// <summary>The script of most letters; null where there are none of the scripts known.</summary>
    public static string? Of(string text)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Of(rune) is { } script)
            {
                counts[script] = counts.GetValueOrDefault(script) + 1;
            }
        }
        if (counts.Count == 0)
        {
            return null;
        }
        if (counts.TryGetValue("Japanese", out var kana) && counts.TryGetValue("Han", out var han))
        {
            counts["Japanese"] = kana + han;
        }
        return counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).First().Key;
    }

    private static string? Of(Rune rune)
    {
        if (!Rune.IsLetter(rune))
        {
            return null; // signs between letters, among them × and ÷ in the Latin range
        }
        foreach (var (first, last, script) in Ranges)
        {
            if (rune.Value >= first && rune.Value <= last)
            {
                return script;
            }
        }
        return null;
    }
}
