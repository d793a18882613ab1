using static TorchSharp.torch;

namespace CllClip.Engine.Model;

/// <summary>What a method adds for some captions; prompts are chosen by the captions themselves.</summary>
/// <param name="tokens">Their gathered token embeddings. [B, L, W]</param>
/// <param name="ends">Position of each caption's end token. [B] int64</param>
public delegate TextTowerParts PartsOf(Tensor tokens, Tensor ends);

/// <summary>
/// What a continual-learning method adds inside the frozen text tower. The base class adds nothing; adapters, LoRA, prefixes and
/// prompts override the one place they act at (spec section 7, fixtures/methods). A tensor made in one of these calls is freed with the block.
/// </summary>
public class TextTowerParts
{
    /// <summary>Adds nothing anywhere.</summary>
    public static TextTowerParts None { get; } = new();

    /// <summary>Keys and values put in front of a block's own, already in key and value space; null for none. Each is [B or 1, P, W].</summary>
    /// <param name="block">Block index from 0.</param>
    public virtual (Tensor Keys, Tensor Values)? Prefix(int block) => null;

    /// <summary>Places of a block with a prefix that no position sees, beside the causal mask; null for none. [B, P + L] bool</summary>
    /// <param name="block">Block index from 0.</param>
    /// <param name="length">Tokens L of the batch.</param>
    public virtual Tensor? HiddenBehindPrefix(int block, long length) => null;

    /// <summary>Added to the queries before they are scaled; null for nothing. [B, L, W]</summary>
    /// <param name="block">Block index from 0.</param>
    /// <param name="hidden">Input of the projection, after the first layer norm. [B, L, W]</param>
    public virtual Tensor? QueryDelta(int block, Tensor hidden) => null;

    /// <summary>Added to the values; null for nothing. [B, L, W]</summary>
    /// <param name="block">Block index from 0.</param>
    /// <param name="hidden">Input of the projection, after the first layer norm. [B, L, W]</param>
    public virtual Tensor? ValueDelta(int block, Tensor hidden) => null;

    /// <summary>What leaves a block: an adapter adds itself here. Acts on each position alone. [B, L, W]</summary>
    /// <param name="block">Block index from 0.</param>
    /// <param name="output">The block's output. [B, L, W]</param>
    public virtual Tensor AfterBlock(int block, Tensor output) => output;
}
