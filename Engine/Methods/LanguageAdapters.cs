using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace CllClip.Engine.Methods;

/// <summary>MLA: a bottleneck adapter for each language after every block's MLP (spec section 7, fixtures/methods kind mla).</summary>
public sealed class LanguageAdapters(MethodOptions options) : LanguagePartsMethod
{
    private const string ReductionOption = "reduction";

    /// <summary>What the form and the API say about it.</summary>
    public static MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "mla",
            Name = "MLA",
            Family = "Parameter-efficient",
            Paper = "Zhang et al., Generalizing Multimodal Pre-training into Multilingual via Language Acquisition, 2022, arXiv 2206.11091",
            Summary = "Gives every language a small bottleneck adapter after each block; the query's language chooses it.",
            ComposesWithTeir = true,
            Options =
            [
                new()
                {
                    Name = ReductionOption,
                    Label = "Reduction",
                    Type = OptionType.Integer,
                    Default = 2L,
                    Min = 1,
                    Max = 64,
                    Unit = "tower width / adapter width",
                    Help = "How much narrower the adapter is than the text tower.",
                    Group = "MLA",
                },
                .. CommonOptions.Training,
                CommonOptions.Teir,
            ],
        };

    private readonly int _reduction = options.Whole(ReductionOption);

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, long[] Shape, float[] Values)> Create(TowerSizes sizes, Random random)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        var (width, narrow) = (sizes.Width, Math.Max(1, sizes.Width / _reduction));
        for (var block = 0; block < sizes.Layers; block++)
        {
            yield return ($"layer{block}.down.weight", [narrow, width], Draws.Normal((long)narrow * width, 0, 0.02, random));
            yield return ($"layer{block}.down.bias", [narrow], new float[narrow]);
            yield return ($"layer{block}.up.weight", [width, narrow], Draws.Normal((long)narrow * width, 0, 0.02, random));
            yield return ($"layer{block}.up.bias", [width], new float[width]);
        }
    }

    /// <inheritdoc/>
    protected override TextTowerParts Parts(IReadOnlyDictionary<string, Tensor> own) => new Adapter(own);

    private sealed class Adapter(IReadOnlyDictionary<string, Tensor> own) : TextTowerParts
    {
        public override Tensor AfterBlock(int block, Tensor output)
        {
            var narrow = F.linear(output, own[$"layer{block}.down.weight"], own[$"layer{block}.down.bias"]).relu(); // [B, L, W/r]
            return output.Plus(F.linear(narrow, own[$"layer{block}.up.weight"], own[$"layer{block}.up.bias"]));
        }
    }
}
