namespace CllClip.Engine.Tokenizer;

/// <summary>What becomes of a text: for the search page and for tests.</summary>
/// <param name="Normalised">After NFC, white space and lower case.</param>
/// <param name="Words">The matches of CLIP's expression.</param>
/// <param name="PreTokens">The words, their UTF-8 bytes spelled in the byte alphabet.</param>
/// <param name="Pieces">The BPE pieces as the vocabulary spells them; no start and EOS.</param>
/// <param name="Ids">The ids of <paramref name="Pieces"/>.</param>
public sealed record TokenizationSteps(
    string Normalised,
    IReadOnlyList<string> Words,
    IReadOnlyList<string> PreTokens,
    IReadOnlyList<string> Pieces,
    IReadOnlyList<int> Ids
);
