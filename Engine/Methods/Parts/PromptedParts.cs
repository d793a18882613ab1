using CllClip.Engine.Model;
using static TorchSharp.torch;

namespace CllClip.Engine.Methods.Parts;

/// <summary>Prompts of some captions, in front of the keys and values of the blocks that have some.</summary>
/// <param name="prompts">Prompts by block, each [B or 1, L, W]: the first half are keys, the second values.</param>
/// <param name="ends">Position of each caption's end token. [B] int64</param>
/// <param name="publishedMask">
/// The published code puts a prompt's columns of the padding mask behind the tokens' although the prompt stands in front, so that the last tokens of a
/// short caption are hidden (fixtures/methods, mask "reference").
/// </param>
internal sealed class PromptedParts(IReadOnlyDictionary<int, Tensor> prompts, Tensor ends, bool publishedMask) : TextTowerParts
{
    public override (Tensor Keys, Tensor Values)? Prefix(int block)
    {
        if (!prompts.TryGetValue(block, out var prompt))
        {
            return null;
        }
        var half = prompt.shape[1] / 2;
        return (prompt.narrow(1, 0, half), prompt.narrow(1, half, half));
    }

    public override Tensor? HiddenBehindPrefix(int block, long length)
    {
        if (!publishedMask)
        {
            return null;
        }
        var place = TensorScalars.Positions(prompts[block].shape[1] / 2 + length, ends.device).unsqueeze(0); // [1, P + L]
        var padding = place.gt(ends.unsqueeze(1)); // [B, P + L]: token k is padding
        return padding.logical_and(place.lt(TensorScalars.Whole(length, ends.device)));
    }
}
