using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace CllClip.Engine.Model;

/// <summary>
/// CLIP's text transformer as Hugging Face's <c>CLIPTextModelWithProjection</c> computes it, without its token-embedding table: it takes
/// rows already gathered, so that the table can grow and be trained outside. All weights are frozen, unless the tower was made to be trained;
/// gradients flow to the input and to a method's <see cref="TextTowerParts"/>.
/// </summary>
/// <remarks>
/// The result is the state at the end token alone, so the last block computes queries, output projection and MLP for that one position:
/// the same numbers for little more than half the work of a two-block tower.
/// </remarks>
public sealed class TextTower : IDisposable
{
    private const string PositionName = "text_model.embeddings.position_embedding.weight";
    private const string FinalNormName = "text_model.final_layer_norm";
    internal const string ProjectionName = "text_projection.weight";

    private readonly Tensor _positions; // [P, W]
    private readonly TransformerBlock[] _blocks;
    private readonly Tensor _finalNormWeight; // [W]
    private readonly Tensor _finalNormBias; // [W]
    private readonly Tensor _projection; // [D, W]
    private readonly double _epsilon;

    private TextTower(TowerSizes sizes, Func<string, Tensor> weight, bool trained, Precision precision)
    {
        Sizes = sizes;
        _epsilon = sizes.LayerNormEpsilon;
        Tensor Own(string name) => trained ? Leaf(weight(name)) : weight(name).detach();
        _positions = Own(PositionName);
        _blocks = [.. Enumerable.Range(0, sizes.Layers).Select(i => new TransformerBlock(BlockName(i), sizes, weight, trained, precision))];
        _finalNormWeight = Own(FinalNormName + ".weight");
        _finalNormBias = Own(FinalNormName + ".bias");
        _projection = Own(ProjectionName);
    }

    /// <summary>Sizes of the tower.</summary>
    public TowerSizes Sizes { get; }

    /// <summary>Longest caption in tokens, start and end included.</summary>
    public int MaxLength => (int)_positions.shape[0];

    /// <summary>Where it computes.</summary>
    public torch.Device Device => _positions.device;

    /// <summary>Length D of an embedding.</summary>
    public int EmbeddingSize => (int)_projection.shape[0];

    /// <summary>Builds the tower; <paramref name="weight"/> gives a tensor by its full Hugging Face name. The tower shares and owns them.</summary>
    public static TextTower Create(TowerSizes sizes, Func<string, Tensor> weight, Precision precision = Precision.Full)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(weight);
        return new TextTower(sizes, weight, trained: false, precision);
    }

    /// <summary>Builds a tower whose weights are copies that can be trained.</summary>
    public static TextTower CreateTrained(TowerSizes sizes, Func<string, Tensor> weight)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentNullException.ThrowIfNull(weight);
        return new TextTower(sizes, weight, trained: true, Precision.Full);
    }

    /// <summary>The weights of a tower that is trained, by their full Hugging Face names; none where it is frozen.</summary>
    public IEnumerable<(string Name, Tensor Parameter)> Parameters =>
        !_positions.requires_grad
            ? []
            :
            [
                (PositionName, _positions),
                .. _blocks.SelectMany((block, i) => block.Trained.Select(p => (BlockName(i) + p.Key, p.Value))),
                (FinalNormName + ".weight", _finalNormWeight),
                (FinalNormName + ".bias", _finalNormBias),
                (ProjectionName, _projection),
            ];

    /// <summary>Embeds captions, not normalised.</summary>
    /// <param name="tokens">Gathered token embeddings, right-padded with anything. [B, L, W]</param>
    /// <param name="ends">Position of each caption's end token. [B] int64</param>
    /// <param name="mask">1 for a token that may be attended to, else 0; null for all. Only holes before the end token matter. [B, L] int64</param>
    /// <param name="parts">What a method adds; null for nothing.</param>
    /// <returns>[B, D]</returns>
    public Tensor Forward(Tensor tokens, Tensor ends, Tensor? mask = null, TextTowerParts? parts = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(ends);
        using var scope = NewDisposeScope();
        parts ??= TextTowerParts.None;
        var length = tokens.shape[1];
        var x = tokens.Plus(_positions.narrow(0, 0, length)); // [B, L, W]
        var hidden = mask is null ? null : AttentionBias(mask, x.dtype); // [B, 1, L, L]
        for (var i = 0; i < _blocks.Length - 1; i++)
        {
            x = _blocks[i].Forward(x, i, hidden, parts, causal: true);
        }
        var last = EndBias(ends, length, x.dtype, mask); // [B, 1, 1, L]
        x = _blocks[^1].ForwardAt(x, ends, _blocks.Length - 1, last, parts); // [B, 1, W]
        x = F.layer_norm(x.squeeze(1), [Sizes.Width], _finalNormWeight, _finalNormBias, _epsilon); // [B, W]
        return F.linear(x, _projection).MoveToOuterDisposeScope(); // [B, D]
    }

    /// <summary>All hidden states, for inspection: what enters block 0, then what leaves each block, then the state after the final layer norm. Each [B, L, W]</summary>
    public IReadOnlyList<Tensor> HiddenStates(Tensor tokens, Tensor? mask = null, TextTowerParts? parts = null)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        using var scope = NewDisposeScope();
        parts ??= TextTowerParts.None;
        var hidden = mask is null ? null : AttentionBias(mask, tokens.dtype);
        var x = tokens.Plus(_positions.narrow(0, 0, tokens.shape[1]));
        var states = new List<Tensor> { x };
        for (var i = 0; i < _blocks.Length; i++)
        {
            x = _blocks[i].Forward(x, i, hidden, parts, causal: true);
            states.Add(x);
        }
        states.Add(F.layer_norm(x, [Sizes.Width], _finalNormWeight, _finalNormBias, _epsilon));
        return [.. states.Select(s => s.MoveToOuterDisposeScope())];
    }

    /// <summary>A copy to be trained, which outlives the dispose scope at hand.</summary>
    internal static Tensor Leaf(Tensor weight) => weight.detach().clone().DetachFromDisposeScope().requires_grad_(true);

    private static string BlockName(int block) => $"text_model.encoder.layers.{block}.";

    /// <summary>Causal mask and padding mask together, as HF combines them: 0 where query i sees key j, else the dtype's lowest value. [B, 1, L, L]</summary>
    private static Tensor AttentionBias(Tensor mask, ScalarType type)
    {
        var length = mask.shape[1];
        using var causal = ones(length, length, ScalarType.Bool, mask.device).tril(); // [L, L]
        return Bias(causal.unsqueeze(0).logical_and(mask.to_type(ScalarType.Bool).unsqueeze(1)).unsqueeze(1), type);
    }

    /// <summary>The row of the mask that belongs to each end token. [B, 1, 1, L]</summary>
    private static Tensor EndBias(Tensor ends, long length, ScalarType type, Tensor? mask)
    {
        var visible = TensorScalars.Positions(length, ends.device).unsqueeze(0).le(ends.unsqueeze(1)); // [B, L]
        if (mask is not null)
        {
            visible = visible.logical_and(mask.to_type(ScalarType.Bool));
        }
        return Bias(visible.unsqueeze(1).unsqueeze(1), type);
    }

    private static Tensor Bias(Tensor visible, ScalarType type)
    {
        var lowest = type == ScalarType.Float64 ? double.MinValue : float.MinValue;
        return zeros(visible.shape, type, visible.device).Mask_(visible.logical_not(), lowest);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _positions.Dispose();
        foreach (var block in _blocks)
        {
            block.Dispose();
        }
        _finalNormWeight.Dispose();
        _finalNormBias.Dispose();
        _projection.Dispose();
    }
}
