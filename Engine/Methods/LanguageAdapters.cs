using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Model;
using CllClip.Engine.Search;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

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
                .. CommonOptions.AllTeir,
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

    /// <inheritdoc/>
    internal override QueryParts QueryPartsFrom(IReadOnlyDictionary<string, float[]> kept) => new QueryAdapter(kept);

    private sealed class QueryAdapter(IReadOnlyDictionary<string, float[]> kept) : QueryParts
    {
        private readonly (PackedLinear Down, PackedLinear Up)[] _blocks =
        [
            .. Enumerable
                .Range(0, kept.Count / 4)
                .Select(block =>
                {
                    var (down, up) = (kept[$"layer{block}.down.bias"], kept[$"layer{block}.up.bias"]);
                    return (
                        new PackedLinear(kept[$"layer{block}.down.weight"], down, up.Length),
                        new PackedLinear(kept[$"layer{block}.up.weight"], up, down.Length)
                    );
                }),
        ];

        public override void AfterBlock(int block, Span<float> x, int rows)
        {
            var (down, up) = _blocks[block];
            var narrow = new float[rows * down.Outputs];
            var change = new float[rows * up.Outputs];
            down.Apply(x, rows, narrow);
            TensorPrimitives.Max(narrow, 0f, narrow);
            up.Apply(narrow, rows, change);
            TensorPrimitives.Add(x, change, x);
        }
    }

    private sealed class Adapter(IReadOnlyDictionary<string, Tensor> own) : TextTowerParts
    {
        public override Tensor AfterBlock(int block, Tensor output)
        {
            var narrow = F.linear(output, own[$"layer{block}.down.weight"], own[$"layer{block}.down.bias"]).relu(); // [B, L, W/r]
            return output.Plus(F.linear(narrow, own[$"layer{block}.up.weight"], own[$"layer{block}.up.bias"]));
        }
    }
}
