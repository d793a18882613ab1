using System.Buffers;
using System.Globalization;
using System.Text;

namespace CllClip.Engine.Tokenizer;

/// <summary>Cuts normalised text into the words within which BPE merges; the place to change what a word is.</summary>
public abstract class WordSplitter
{
    /// <summary>CLIP's expression: <c>'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c>.</summary>
    public static WordSplitter Clip { get; } = new ClipWordSplitter(marks: false);

    /// <summary>
    /// This project's own: CLIP's expression with <c>[\p{L}\p{M}]+</c> for a word, so that combining marks stay in it. CLIP's cuts Indic and Thai words at
    /// their vowel signs.
    /// </summary>
    public static WordSplitter WithMarks { get; } = new ClipWordSplitter(marks: true);

    /// <summary>The splitter of a name: <c>clip</c> or <c>marks</c>.</summary>
    /// <exception cref="EngineException">There is none of that name.</exception>
    public static WordSplitter Of(string name) =>
        name switch
        {
            "clip" => Clip,
            "marks" => WithMarks,
            _ => throw new EngineException($"Unknown word pattern '{name}'. Use clip or marks."),
        };

    /// <summary>The regular expression that it walks, as Hugging Face's tokenizers write it.</summary>
    public abstract string Expression { get; }

    /// <summary>Finds the next word at or after <paramref name="position"/> and moves it past the word; false at the end of the text.</summary>
    /// <param name="text">Normalised, well-formed text.</param>
    /// <param name="position">Where to look; afterwards the end of the word.</param>
    /// <param name="word">The word, a slice of <paramref name="text"/>.</param>
    public abstract bool TryNext(ReadOnlySpan<char> text, ref int position, out ReadOnlySpan<char> word);

    /// <summary>All words of a text, in order.</summary>
    public IReadOnlyList<string> Split(ReadOnlySpan<char> text)
    {
        var words = new List<string>();
        var position = 0;
        while (TryNext(text, ref position, out var word))
            words.Add(new string(word));
        return words;
    }
}

/// <summary>CLIP's expression, walked by code points so that letters above U+FFFF count as letters.</summary>
/// <param name="marks">Whether combining marks count as letters.</param>
internal sealed class ClipWordSplitter(bool marks) : WordSplitter
{
    public override string Expression =>
        marks
            ? @"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}\p{M}]+|[\p{N}]|[^\s\p{L}\p{M}\p{N}]+"
            : @"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

    public override bool TryNext(ReadOnlySpan<char> text, ref int position, out ReadOnlySpan<char> word)
    {
        while (position < text.Length)
        {
            var start = position;
            var kind = ClassAt(text, position, out var length);
            position += length;
            if (kind == CharacterClass.WhiteSpace)
                continue;
            if (text[start] == '\'' && ContractionLength(text[position..]) is > 0 and var ending)
                position += ending;
            else if (kind != CharacterClass.Number) // a number is one word per digit; the others are runs
            {
                while (position < text.Length && ClassAt(text, position, out length) == kind)
                    position += length;
            }
            word = text[start..position];
            return true;
        }
        word = default;
        return false;
    }

    private static int ContractionLength(ReadOnlySpan<char> afterApostrophe) =>
        afterApostrophe switch
        {
            ['s' or 't' or 'm' or 'd', ..] => 1,
            ['r' or 'v', 'e', ..] or ['l', 'l', ..] => 2,
            _ => 0,
        };

    private CharacterClass ClassAt(ReadOnlySpan<char> text, int position, out int length)
    {
        var c = text[position];
        length = 1;
        CharacterClass found;
        if (!char.IsHighSurrogate(c) || position + 1 == text.Length || !char.IsLowSurrogate(text[position + 1]))
        {
            found = CharacterTable.ClassOf(c);
        }
        else
        {
            length = 2;
            found = CharacterTable.ClassOf(new Rune(c, text[position + 1]));
        }
        return marks && found == CharacterClass.Other && IsMark(text.Slice(position, length)) ? CharacterClass.Letter : found;
    }

    private static bool IsMark(ReadOnlySpan<char> character) =>
        Rune.DecodeFromUtf16(character, out var rune, out _) == OperationStatus.Done
        && Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark;
}
