using System.Globalization;
using System.Text;

namespace CllClip.Engine.Search;

/// <summary>A typed query made ready: control characters out, white space collapsed, at most <see cref="Longest"/> characters.</summary>
/// <param name="Text">What is searched for; empty where nothing is left.</param>
/// <param name="Cut">Whether it was longer.</param>
public readonly record struct QueryText(string Text, bool Cut)
{
    /// <summary>Longest query in UTF-16 characters; far more than a text tower reads.</summary>
    public const int Longest = 500;

    // What the tokenizer would take for its own marks, were it typed.
    private static readonly string[] Marks = ["<|startoftext|>", "<|endoftext|>"];

    /// <summary>Cleans a query; null counts as empty. Never throws.</summary>
    public static QueryText Clean(string? typed)
    {
        if (string.IsNullOrWhiteSpace(typed))
        {
            return new QueryText("", false);
        }
        var text = new StringBuilder(Math.Min(typed.Length, Longest + 2));
        foreach (var rune in typed.EnumerateRunes()) // a lone surrogate becomes U+FFFD
        {
            if (text.Length > Longest)
            {
                break;
            }
            var space = Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) || rune.Value is 0xFFFD or 0xFEFF;
            if (!space)
            {
                text.Append(rune);
            }
            else if (text.Length > 0 && text[^1] != ' ')
            {
                text.Append(' ');
            }
        }
        var cleaned = text.ToString();
        foreach (var mark in Marks)
        {
            cleaned = cleaned.Replace(mark, " ", StringComparison.OrdinalIgnoreCase);
        }
        var cut = cleaned.Length > Longest;
        return new QueryText((cut ? AtCharacter(cleaned) : cleaned).Trim(), cut);
    }

    /// <summary>Cuts where a character as a person sees it ends.</summary>
    private static string AtCharacter(string text)
    {
        var starts = StringInfo.ParseCombiningCharacters(text);
        var end = starts.LastOrDefault(s => s <= Longest);
        return text[..(end == 0 ? Longest : end)];
    }
}
