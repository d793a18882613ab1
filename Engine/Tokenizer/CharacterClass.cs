namespace CllClip.Engine.Tokenizer;

/// <summary>What CLIP's expression asks of a character.</summary>
public enum CharacterClass : byte
{
    /// <summary>None of the others: punctuation, symbols, marks, controls, unassigned.</summary>
    Other,

    /// <summary><c>\p{L}</c></summary>
    Letter,

    /// <summary><c>\p{N}</c></summary>
    Number,

    /// <summary><c>\s</c>: the Unicode property White_Space.</summary>
    WhiteSpace,
}
