namespace CllClip.Engine.Tokenizer;

/// <summary>What a vocabulary has beyond an earlier one: small, and plain JSON.</summary>
/// <param name="FirstId">Number of tokens before; the id of the first added one.</param>
/// <param name="FirstRank">Number of merges before.</param>
/// <param name="Tokens">Added tokens, in id order.</param>
/// <param name="Merges">Appended merges, each <c>left right</c>, as in merges.txt.</param>
public sealed record VocabularyDelta(int FirstId, int FirstRank, IReadOnlyList<string> Tokens, IReadOnlyList<string> Merges)
{
    /// <summary>Splits <c>left right</c> at its one blank (the byte alphabet has none).</summary>
    /// <exception cref="EngineException">There is not exactly one blank between two tokens.</exception>
    internal static (string Left, string Right) ParseMerge(string text)
    {
        var blank = text.IndexOf(' ', StringComparison.Ordinal);
        return blank <= 0 || blank == text.Length - 1 || text.IndexOf(' ', blank + 1) >= 0
            ? throw new EngineException($"'{text}' is no merge: two tokens with one blank between them were expected.")
            : (text[..blank], text[(blank + 1)..]);
    }
}
