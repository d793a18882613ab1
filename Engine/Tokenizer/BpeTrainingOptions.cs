namespace CllClip.Engine.Tokenizer;

/// <summary>How a BPE vocabulary is trained; the defaults are the reference's.</summary>
public sealed record BpeTrainingOptions
{
    /// <summary>Wanted number of tokens, everything counted. A limit on merges only: alphabet and special tokens may exceed it.</summary>
    public int VocabularySize { get; init; } = 10_000;

    /// <summary>Single characters (of the byte alphabet) that are tokens even if no word has them. Empty in the reference.</summary>
    public IReadOnlyList<string> InitialAlphabet { get; init; } = [];

    /// <summary>Tokens that take the first ids, in this order.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [Tokenizer.SpecialTokens.Start, Tokenizer.SpecialTokens.End];

    /// <summary>Pairs rarer than this are not merged; 0 = every pair that occurs.</summary>
    public int MinFrequency { get; init; }

    /// <summary>What the last symbol of a word takes on; may be empty.</summary>
    public string EndOfWordSuffix { get; init; } = Tokenizer.SpecialTokens.EndOfWord;

    /// <summary>What a word is.</summary>
    public WordSplitter Splitter { get; init; } = WordSplitter.Clip;
}
