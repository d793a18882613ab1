using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace CllClip.Engine.Model;

/// <summary>One pre-LayerNorm block of a CLIP tower (HF <c>CLIPEncoderLayer</c>), frozen.</summary>
/// <remarks>
/// Query, key and value projections are one matrix, and quick-GELU's factor 1.702 is folded into the MLP's weights
/// (x·sigmoid(1.702x) = silu(1.702x)/1.702): fewer and larger kernels, the same function.
/// </remarks>
internal sealed class TransformerBlock : IDisposable
{
    private const double QuickGelu = 1.702;

    private readonly TowerSizes _sizes;
    private readonly Tensor _norm1Weight; // [W]
    private readonly Tensor _norm1Bias;
    private readonly Tensor _qkvWeight; // [3W, W]
    private readonly Tensor _qkvBias; // [3W]
    private readonly Tensor _outWeight; // [W, W]
    private readonly Tensor _outBias;
    private readonly Tensor _norm2Weight;
    private readonly Tensor _norm2Bias;
    private readonly Tensor _fc1Weight; // [hidden, W]
    private readonly Tensor _fc1Bias;
    private readonly Tensor _fc2Weight; // [W, hidden]
    private readonly Tensor _fc2Bias;

    /// <summary>Takes its weights by their Hugging Face names below <paramref name="prefix"/>.</summary>
    public TransformerBlock(string prefix, TowerSizes sizes, Func<string, Tensor> weight)
    {
        _sizes = sizes;
        Tensor Frozen(string name) => weight(prefix + name).detach();
        Tensor Joined(string kind)
        {
            using var q = Frozen($"self_attn.q_proj.{kind}");
            using var k = Frozen($"self_attn.k_proj.{kind}");
            using var v = Frozen($"self_attn.v_proj.{kind}");
            return cat([q, k, v]);
        }
        Tensor Scaled(string name, double factor)
        {
            if (sizes.Activation != "quick_gelu")
            {
                return Frozen(name);
            }
            using var tensor = Frozen(name);
            return tensor.Times(factor);
        }
        _norm1Weight = Frozen("layer_norm1.weight");
        _norm1Bias = Frozen("layer_norm1.bias");
        _qkvWeight = Joined("weight");
        _qkvBias = Joined("bias");
        _outWeight = Frozen("self_attn.out_proj.weight");
        _outBias = Frozen("self_attn.out_proj.bias");
        _norm2Weight = Frozen("layer_norm2.weight");
        _norm2Bias = Frozen("layer_norm2.bias");
        _fc1Weight = Scaled("mlp.fc1.weight", QuickGelu);
        _fc1Bias = Scaled("mlp.fc1.bias", QuickGelu);
        _fc2Weight = Scaled("mlp.fc2.weight", 1 / QuickGelu);
        _fc2Bias = Frozen("mlp.fc2.bias");
    }

    /// <summary>All positions. [B, L, W] to [B, L, W]</summary>
    /// <param name="x">Input. [B, L, W]</param>
    /// <param name="index">Index of this block, for <paramref name="parts"/>.</param>
    /// <param name="bias">Additive mask [B, 1, L, L], or null.</param>
    /// <param name="parts">What a method adds.</param>
    /// <param name="causal">Whether a position sees only itself and earlier ones, where there is no <paramref name="bias"/>.</param>
    public Tensor Forward(Tensor x, int index, Tensor? bias, TextTowerParts parts, bool causal)
    {
        using var scope = NewDisposeScope(); // a block's own: the next one finds its memory free
        var h = F.layer_norm(x, [_sizes.Width], _norm1Weight, _norm1Bias, _sizes.LayerNormEpsilon); // [B, L, W]
        var qkv = F.linear(h, _qkvWeight, _qkvBias).chunk(3, -1); // 3 x [B, L, W]
        var q = parts.QueryDelta(index, h) is { } dq ? qkv[0].Plus(dq) : qkv[0];
        var v = parts.ValueDelta(index, h) is { } dv ? qkv[2].Plus(dv) : qkv[2];
        var k = qkv[1];
        if (parts.Prefix(index) is var (keys, values))
        {
            bias = Hide(PrefixBias(x, keys.shape[1], bias, causal), parts.HiddenBehindPrefix(index, x.shape[1]));
            (k, v) = (Prepend(keys, k), Prepend(values, v));
        }
        var a = F.scaled_dot_product_attention(Split(q), Split(k), Split(v), bias, 0.0, causal && bias is null); // [B, H, L, W/H]
        x = x.Plus(F.linear(Merge(a), _outWeight, _outBias));
        return parts.AfterBlock(index, Mlp(x)).MoveToOuterDisposeScope();
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
        var (batch, width) = (x.shape[0], (long)_sizes.Width);
        var at = positions.reshape(batch, 1, 1).expand(batch, 1, width); // [B, 1, W]
        var h = F.layer_norm(x, [width], _norm1Weight, _norm1Bias, _sizes.LayerNormEpsilon); // [B, L, W]
        var own = h.gather(1, at); // [B, 1, W]
        var q = F.linear(own, _qkvWeight.narrow(0, 0, width), _qkvBias.narrow(0, 0, width)); // [B, 1, W]
        var kv = F.linear(h, _qkvWeight.narrow(0, width, 2 * width), _qkvBias.narrow(0, width, 2 * width)).chunk(2, -1); // 2 x [B, L, W]
        q = parts.QueryDelta(index, own) is { } dq ? q.Plus(dq) : q;
        var v = parts.ValueDelta(index, h) is { } dv ? kv[1].Plus(dv) : kv[1];
        var k = kv[0];
        if (parts.Prefix(index) is var (keys, values))
        {
            bias = cat([zeros([batch, 1, 1, keys.shape[1]], x.dtype, x.device), bias], -1); // [B, 1, 1, P + L]
            bias = Hide(bias, parts.HiddenBehindPrefix(index, x.shape[1]));
            (k, v) = (Prepend(keys, k), Prepend(values, v));
        }
        var a = F.scaled_dot_product_attention(Split(q), Split(k), Split(v), bias); // [B, H, 1, W/H]
        var y = x.gather(1, at).Plus(F.linear(Merge(a), _outWeight, _outBias)); // [B, 1, W]
        return parts.AfterBlock(index, Mlp(y)).MoveToOuterDisposeScope();
    }

    private Tensor Mlp(Tensor x)
    {
        var h = F.layer_norm(x, [_sizes.Width], _norm2Weight, _norm2Bias, _sizes.LayerNormEpsilon);
        h = F.linear(h, _fc1Weight, _fc1Bias); // [B, L, hidden]
        h = _sizes.Activation == "quick_gelu" ? F.silu(h) : F.gelu(h);
        return x.Plus(F.linear(h, _fc2Weight, _fc2Bias));
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
        foreach (
            var tensor in new[]
            {
                _norm1Weight,
                _norm1Bias,
                _qkvWeight,
                _qkvBias,
                _outWeight,
                _outBias,
                _norm2Weight,
                _norm2Bias,
                _fc1Weight,
                _fc1Bias,
                _fc2Weight,
                _fc2Bias,
            }
        )
        {
            tensor.Dispose();
        }
    }
}
