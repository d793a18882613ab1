using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace CllClip.Engine.Model;

/// <summary>One pre-LayerNorm block of a CLIP tower (HF <c>CLIPEncoderLayer</c>), frozen or trained.</summary>
/// <remarks>
/// Query, key and value projections are one matrix, and quick-GELU's factor 1.702 is folded into the MLP's weights
/// (x·sigmoid(1.702x) = silu(1.702x)/1.702): fewer and larger kernels, the same function. A frozen block does so once, a trained one for each pass.
/// In mixed precision the projections and the attention of a frozen block compute in bfloat16, layer norms and the stream between the blocks in float32,
/// as PyTorch's autocast has it.
/// </remarks>
internal sealed class TransformerBlock : IDisposable
{
    private const double QuickGelu = 1.702;

    private static readonly string[] Names =
    [
        "layer_norm1.weight",
        "layer_norm1.bias",
        "self_attn.q_proj.weight",
        "self_attn.q_proj.bias",
        "self_attn.k_proj.weight",
        "self_attn.k_proj.bias",
        "self_attn.v_proj.weight",
        "self_attn.v_proj.bias",
        "self_attn.out_proj.weight",
        "self_attn.out_proj.bias",
        "layer_norm2.weight",
        "layer_norm2.bias",
        "mlp.fc1.weight",
        "mlp.fc1.bias",
        "mlp.fc2.weight",
        "mlp.fc2.bias",
    ];

    private readonly TowerSizes _sizes;
    private readonly Weights? _frozen;
    private readonly bool _mixed;
    private readonly Dictionary<string, Tensor> _trained = [];

    /// <summary>Takes its weights by their Hugging Face names below <paramref name="prefix"/>.</summary>
    public TransformerBlock(
        string prefix,
        TowerSizes sizes,
        Func<string, Tensor> weight,
        bool trained = false,
        Precision precision = Precision.Full
    )
    {
        _sizes = sizes;
        _mixed = precision == Precision.Mixed && !trained;
        if (trained)
        {
            _trained = Names.ToDictionary(n => n, n => TextTower.Leaf(weight(prefix + n)));
            return;
        }
        using var scope = NewDisposeScope();
        _frozen = Fuse(n => weight(prefix + n).detach());
        foreach (var kept in _frozen.All)
        {
            kept.MoveToOuterDisposeScope(); // the caller's: what fails half-way is freed with it
        }
    }

    /// <summary>Trained weights by their names below the block's; empty where it is frozen.</summary>
    public IReadOnlyDictionary<string, Tensor> Trained => _trained;

    /// <summary>All positions. [B, L, W] to [B, L, W]</summary>
    /// <param name="x">Input. [B, L, W]</param>
    /// <param name="index">Index of this block, for <paramref name="parts"/>.</param>
    /// <param name="bias">Additive mask [B, 1, L, L], or null.</param>
    /// <param name="parts">What a method adds.</param>
    /// <param name="causal">Whether a position sees only itself and earlier ones, where there is no <paramref name="bias"/>.</param>
    public Tensor Forward(Tensor x, int index, Tensor? bias, TextTowerParts parts, bool causal)
    {
        using var scope = NewDisposeScope(); // a block's own: the next one finds its memory free
        var w = Own();
        var h = F.layer_norm(x, [_sizes.Width], w.Norm1Weight, w.Norm1Bias, _sizes.LayerNormEpsilon); // [B, L, W]
        var qkv = Linear(h, w.QkvWeight, w.QkvBias).chunk(3, -1); // 3 x [B, L, W]
        var q = parts.QueryDelta(index, h) is { } dq ? qkv[0].Plus(dq) : qkv[0];
        var v = parts.ValueDelta(index, h) is { } dv ? qkv[2].Plus(dv) : qkv[2];
        var k = qkv[1];
        if (parts.Prefix(index) is var (keys, values))
        {
            bias = Hide(PrefixBias(x, keys.shape[1], bias, causal), parts.HiddenBehindPrefix(index, x.shape[1]));
            (k, v) = (Prepend(keys, k), Prepend(values, v));
        }
        var a = Attend(q, k, v, bias, causal && bias is null); // [B, H, L, W/H]
        x = x.Plus(Linear(Merge(a), w.OutWeight, w.OutBias));
        return parts.AfterBlock(index, Mlp(x, w)).MoveToOuterDisposeScope();
    }

    /// <summary>One position of each row. [B, L, W] to [B, 1, W]</summary>
    /// <param name="x">Input. [B, L, W]</param>
    /// <param name="positions">The position wanted. [B] int64</param>
    /// <param name="index">Index of this block.</param>
    /// <param name="bias">Additive mask of that position. [B, 1, 1, L]</param>
    /// <param name="parts">What a method adds.</param>
    public Tensor ForwardAt(Tensor x, Tensor positions, int index, Tensor bias, TextTowerParts parts)
    {
        using var scope = NewDisposeScope();
        var w = Own();
        var (batch, width) = (x.shape[0], (long)_sizes.Width);
        var at = positions.reshape(batch, 1, 1).expand(batch, 1, width); // [B, 1, W]
        var h = F.layer_norm(x, [width], w.Norm1Weight, w.Norm1Bias, _sizes.LayerNormEpsilon); // [B, L, W]
        var own = h.gather(1, at); // [B, 1, W]
        var q = Linear(own, w.QkvWeight.narrow(0, 0, width), w.QkvBias.narrow(0, 0, width)); // [B, 1, W]
        var kv = Linear(h, w.QkvWeight.narrow(0, width, 2 * width), w.QkvBias.narrow(0, width, 2 * width)).chunk(2, -1); // 2 x [B, L, W]
        q = parts.QueryDelta(index, own) is { } dq ? q.Plus(dq) : q;
        var v = parts.ValueDelta(index, h) is { } dv ? kv[1].Plus(dv) : kv[1];
        var k = kv[0];
        if (parts.Prefix(index) is var (keys, values))
        {
            bias = cat([zeros([batch, 1, 1, keys.shape[1]], x.dtype, x.device), bias], -1); // [B, 1, 1, P + L]
            bias = Hide(bias, parts.HiddenBehindPrefix(index, x.shape[1]));
            (k, v) = (Prepend(keys, k), Prepend(values, v));
        }
        var a = Attend(q, k, v, bias, causal: false); // [B, H, 1, W/H]
        var y = x.gather(1, at).Plus(Linear(Merge(a), w.OutWeight, w.OutBias)); // [B, 1, W]
        return parts.AfterBlock(index, Mlp(y, w)).MoveToOuterDisposeScope();
    }

    private Weights Own() => _frozen ?? Fuse(n => _trained[n]);

    private Weights Fuse(Func<string, Tensor> weight)
    {
        Tensor Joined(string kind) =>
            cat([weight($"self_attn.q_proj.{kind}"), weight($"self_attn.k_proj.{kind}"), weight($"self_attn.v_proj.{kind}")]);
        Tensor Scaled(string name, double factor) => _sizes.Activation == "quick_gelu" ? weight(name).Times(factor) : weight(name);
        Tensor Kept(Tensor projection) => _mixed ? projection.to_type(ScalarType.BFloat16) : projection;
        return new Weights(
            weight("layer_norm1.weight"),
            weight("layer_norm1.bias"),
            Kept(Joined("weight")),
            Kept(Joined("bias")),
            Kept(weight("self_attn.out_proj.weight")),
            Kept(weight("self_attn.out_proj.bias")),
            weight("layer_norm2.weight"),
            weight("layer_norm2.bias"),
            Kept(Scaled("mlp.fc1.weight", QuickGelu)),
            Kept(Scaled("mlp.fc1.bias", QuickGelu)),
            Kept(Scaled("mlp.fc2.weight", 1 / QuickGelu)),
            Kept(weight("mlp.fc2.bias"))
        );
    }

    private Tensor Linear(Tensor x, Tensor weight, Tensor bias) => F.linear(_mixed ? x.to_type(ScalarType.BFloat16) : x, weight, bias);

    /// <summary>Attention of all heads; what a method has added may be of full precision. [B, L, W] each to [B, H, L, W/H]</summary>
    private Tensor Attend(Tensor q, Tensor k, Tensor v, Tensor? bias, bool causal)
    {
        Tensor Typed(Tensor x) => _mixed ? x.to_type(ScalarType.BFloat16) : x;
        return F.scaled_dot_product_attention(
            Split(Typed(q)),
            Split(Typed(k)),
            Split(Typed(v)),
            bias is null ? null : Typed(bias),
            0.0,
            causal
        );
    }

    private Tensor Mlp(Tensor x, Weights w)
    {
        var h = F.layer_norm(x, [_sizes.Width], w.Norm2Weight, w.Norm2Bias, _sizes.LayerNormEpsilon);
        h = Linear(h, w.Fc1Weight, w.Fc1Bias); // [B, L, hidden]
        h = _sizes.Activation == "quick_gelu" ? F.silu(h) : F.gelu(h);
        return x.Plus(Linear(h, w.Fc2Weight, w.Fc2Bias));
    }

    private Tensor Split(Tensor x) => x.reshape(x.shape[0], -1, _sizes.Heads, _sizes.Width / _sizes.Heads).transpose(1, 2); // [B, H, L, W/H]

    private static Tensor Merge(Tensor a) => a.transpose(1, 2).flatten(2); // [B, L, W]

    private static Tensor Prepend(Tensor prefix, Tensor x) =>
        cat([prefix.shape[0] == x.shape[0] ? prefix : prefix.expand(x.shape[0], -1, -1), x], 1); // [B, P + L, W]

    private static Tensor Hide(Tensor bias, Tensor? hidden) =>
        hidden is null ? bias : bias.Masked(hidden.unsqueeze(1).unsqueeze(1), Lowest(bias.dtype)); // [B, 1, 1, P + L] over [B, 1, L or 1, P + L]

    private static double Lowest(ScalarType type) => type == ScalarType.Float64 ? double.MinValue : float.MinValue;

    /// <summary>A prefix is seen by every position. [B, 1, L, P + L]</summary>
    private static Tensor PrefixBias(Tensor x, long prefix, Tensor? bias, bool causal)
    {
        var (batch, length) = (x.shape[0], x.shape[1]);
        var own = bias ?? zeros([1, 1, length, length], x.dtype, x.device);
        if (bias is null && causal)
        {
            using var later = ones(length, length, ScalarType.Bool, x.device).triu(1);
            own = own.Masked(later, Lowest(x.dtype));
        }
        var front = zeros([batch, 1, length, prefix], x.dtype, x.device);
        return cat([front, own.expand(batch, 1, length, length)], -1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _trained.Values.Concat(_frozen?.All ?? []))
        {
            tensor.Dispose();
        }
    }

    /// <param name="Norm1Weight">[W]</param>
    /// <param name="Norm1Bias">[W]</param>
    /// <param name="QkvWeight">[3W, W]</param>
    /// <param name="QkvBias">[3W]</param>
    /// <param name="OutWeight">[W, W]</param>
    /// <param name="OutBias">[W]</param>
    /// <param name="Norm2Weight">[W]</param>
    /// <param name="Norm2Bias">[W]</param>
    /// <param name="Fc1Weight">[hidden, W], quick-GELU's factor in it</param>
    /// <param name="Fc1Bias">[hidden]</param>
    /// <param name="Fc2Weight">[W, hidden]</param>
    /// <param name="Fc2Bias">[W]</param>
    private sealed record Weights(
        Tensor Norm1Weight,
        Tensor Norm1Bias,
        Tensor QkvWeight,
        Tensor QkvBias,
        Tensor OutWeight,
        Tensor OutBias,
        Tensor Norm2Weight,
        Tensor Norm2Bias,
        Tensor Fc1Weight,
        Tensor Fc1Bias,
        Tensor Fc2Weight,
        Tensor Fc2Bias
    )
    {
        public Tensor[] All =>
            [
                Norm1Weight,
                Norm1Bias,
                QkvWeight,
                QkvBias,
                OutWeight,
                OutBias,
                Norm2Weight,
                Norm2Bias,
                Fc1Weight,
                Fc1Bias,
                Fc2Weight,
                Fc2Bias,
            ];
    }
}
