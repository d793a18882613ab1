using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Model;
using CllClip.Engine.Search;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CllClip.Engine.Methods;

/// <summary>LoRA: a low-rank change of each block's query and value projections for every language (spec section 7, fixtures/methods kind lora).</summary>
public sealed class LowRankAdaptation(MethodOptions options) : LanguagePartsMethod
{
    private const string RankOption = "rank";
    private const string AlphaOption = "alpha";

    /// <summary>What the form and the API say about it.</summary>
    public static MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "lora",
            Name = "LoRA",
            Family = "Parameter-efficient",
            Paper = "Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, ICLR 2022, arXiv 2106.09685",
            Summary = "Gives every language a low-rank change of the query and value projections; the query's language chooses it.",
            ComposesWithTeir = true,
            Options =
            [
                new()
                {
                    Name = RankOption,
                    Label = "Rank",
                    Type = OptionType.Integer,
                    Default = 8L,
                    Min = 1,
                    Max = 1024,
                    Help = "Rank of the change.",
                    Group = "LoRA",
                },
                new()
                {
                    Name = AlphaOption,
                    Label = "Alpha",
                    Type = OptionType.Number,
                    Default = 8.0,
                    Min = 0,
                    Max = 1e4,
                    Help = "The change is multiplied by alpha / rank.",
                    Group = "LoRA",
                },
                .. CommonOptions.Training,
                .. CommonOptions.AllTeir,
            ],
        };

    private static readonly string[] Projections = ["q_proj", "v_proj"];
    private readonly int _rank = options.Whole(RankOption);
    private readonly double _factor = options.Number(AlphaOption) / options.Whole(RankOption);

    /// <inheritdoc/>
    protected override IEnumerable<(string Name, long[] Shape, float[] Values)> Create(TowerSizes sizes, Random random)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        var width = sizes.Width;
        foreach (var block in Enumerable.Range(0, sizes.Layers))
        foreach (var projection in Projections)
        {
            // Kaiming-uniform with a = √5 is uniform within 1/√width; B = 0 so that a language begins with the base's projections
            yield return (
                $"layer{block}.{projection}.lora_A",
                [_rank, width],
                Draws.Uniform((long)_rank * width, 1 / Math.Sqrt(width), random)
            );
            yield return ($"layer{block}.{projection}.lora_B", [width, _rank], new float[width * _rank]);
        }
    }

    /// <inheritdoc/>
    protected override TextTowerParts Parts(IReadOnlyDictionary<string, Tensor> own) => new LowRank(own, _factor);

    /// <inheritdoc/>
    internal override QueryParts QueryPartsFrom(IReadOnlyDictionary<string, float[]> kept) => new QueryLowRank(kept, _rank, (float)_factor);

    private sealed class QueryLowRank(IReadOnlyDictionary<string, float[]> kept, int rank, float factor) : QueryParts
    {
        private readonly Dictionary<string, (PackedLinear A, PackedLinear B)> _changes = kept
            .Keys.Where(n => n.EndsWith(".lora_A", StringComparison.Ordinal))
            .Select(n => n[..^".lora_A".Length])
            .ToDictionary(
                n => n,
                n =>
                {
                    var (a, b) = (kept[n + ".lora_A"], kept[n + ".lora_B"]);
                    return (new PackedLinear(a, [], a.Length / rank), new PackedLinear([.. b.Select(x => x * factor)], [], rank));
                }
            );

        public override void AddToQueries(int block, ReadOnlySpan<float> normed, int rows, Span<float> queries) =>
            Add($"layer{block}.q_proj", normed, rows, queries);

        public override void AddToValues(int block, ReadOnlySpan<float> normed, int rows, Span<float> values) =>
            Add($"layer{block}.v_proj", normed, rows, values);

        private void Add(string name, ReadOnlySpan<float> normed, int rows, Span<float> projected)
        {
            var (a, b) = _changes[name];
            var narrow = new float[rows * rank];
            var change = new float[rows * b.Outputs];
            a.Apply(normed, rows, narrow);
            b.Apply(narrow, rows, change);
            TensorPrimitives.Add(projected[..change.Length], change, projected[..change.Length]);
        }
    }

    private sealed class LowRank(IReadOnlyDictionary<string, Tensor> own, double factor) : TextTowerParts
    {
        public override Tensor? QueryDelta(int block, Tensor hidden) => Delta($"layer{block}.q_proj", hidden);

        public override Tensor? ValueDelta(int block, Tensor hidden) => Delta($"layer{block}.v_proj", hidden);

        private Tensor Delta(string name, Tensor hidden) =>
            F.linear(F.linear(hidden, own[name + ".lora_A"]), own[name + ".lora_B"]).Times(factor); // [B, L, W]
    }
}
