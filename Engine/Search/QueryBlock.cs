using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using CllClip.Engine.Model;

namespace CllClip.Engine.Search;

/// <summary>One pre-LayerNorm block of the text tower for a single query, causal.</summary>
internal sealed class QueryBlock
{
    private const float QuickGelu = 1.702f;

    private readonly TowerSizes _sizes;
    private readonly LayerNorm _norm1;
    private readonly LayerNorm _norm2;
    private readonly PackedLinear _query;
    private readonly PackedLinear _key;
    private readonly PackedLinear _value;
    private readonly PackedLinear _out;
    private readonly PackedLinear _fc1;
    private readonly PackedLinear _fc2;

    public QueryBlock(string prefix, TowerSizes sizes, Func<string, float[]> weight)
    {
        _sizes = sizes;
        PackedLinear Linear(string name, int? inputs = null)
        {
            var bias = weight($"{prefix}{name}.bias");
            var matrix = weight($"{prefix}{name}.weight");
            return new PackedLinear(matrix, bias, inputs ?? sizes.Width);
        }
        _norm1 = LayerNorm.Read(prefix + "layer_norm1", sizes.LayerNormEpsilon, weight);
        _norm2 = LayerNorm.Read(prefix + "layer_norm2", sizes.LayerNormEpsilon, weight);
        _query = Linear("self_attn.q_proj");
        _key = Linear("self_attn.k_proj");
        _value = Linear("self_attn.v_proj");
        _out = Linear("self_attn.out_proj");
        _fc1 = Linear("mlp.fc1");
        _fc2 = Linear("mlp.fc2", _fc1.Outputs);
    }

    /// <summary>Width of the MLP's hidden layer.</summary>
    public int MlpWidth => _fc1.Outputs;

    /// <summary>Adds the block's work to the hidden states in place.</summary>
    /// <param name="x">Hidden states. [L, W]</param>
    /// <param name="length">Number of tokens L.</param>
    /// <param name="index">Index of this block.</param>
    /// <param name="endOnly">Only the last position is wanted: the last block of a text tower.</param>
    /// <param name="buffers">Working memory.</param>
    /// <param name="parts">What a method adds; null for nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(Span<float> x, int length, int index, bool endOnly, QueryBuffers buffers, QueryParts? parts)
    {
        var width = _sizes.Width;
        var first = endOnly ? length - 1 : 0;
        var rows = length - first;
        var normed = buffers.Normed.AsSpan(0, length * width);
        for (var i = 0; i < length; i++)
        {
            _norm1.Apply(x.Slice(i * width, width), normed.Slice(i * width, width));
        }
        _key.Apply(normed, length, buffers.Keys);
        _value.Apply(normed, length, buffers.Values);
        _query.Apply(normed[(first * width)..], rows, buffers.Queries);
        parts?.AddToQueries(index, normed[(first * width)..], rows, buffers.Queries);
        parts?.AddToValues(index, normed, length, buffers.Values);
        Attend(first, rows, buffers, parts?.Prefix(index));
        var change = normed[..(rows * width)];
        _out.Apply(buffers.Attended, rows, change);
        var wanted = x[(first * width)..];
        TensorPrimitives.Add(wanted, change, wanted);
        Mlp(wanted, rows, buffers);
        parts?.AfterBlock(index, wanted, rows);
    }

    /// <summary>Attention of the positions from <paramref name="first"/> on, each to the prefix, itself and those before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Attend(int first, int rows, QueryBuffers buffers, QueryPrefix? prefix)
    {
        var (width, head) = (_sizes.Width, _sizes.Width / _sizes.Heads);
        var scale = 1 / MathF.Sqrt(head);
        var before = prefix is null ? 0 : prefix.Keys.Length / width;
        Array.Clear(buffers.Attended, 0, rows * width);
        for (var h = 0; h < width; h += head)
        {
            for (var r = 0; r < rows; r++)
            {
                var query = buffers.Queries.AsSpan(r * width + h, head);
                var weights = buffers.Weights(before + first + r + 1);
                for (var j = 0; j < before; j++)
                {
                    weights[j] = scale * TensorPrimitives.Dot(query, prefix!.Keys.AsSpan(j * width + h, head));
                }
                for (var j = before; j < weights.Length; j++)
                {
                    weights[j] = scale * TensorPrimitives.Dot(query, buffers.Keys.AsSpan((j - before) * width + h, head));
                }
                TensorPrimitives.SoftMax(weights, weights);
                var attended = buffers.Attended.AsSpan(r * width + h, head);
                for (var j = 0; j < weights.Length; j++)
                {
                    var value =
                        j < before ? prefix!.Values.AsSpan(j * width + h, head) : buffers.Values.AsSpan((j - before) * width + h, head);
                    TensorPrimitives.MultiplyAdd(value, weights[j], attended, attended);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Mlp(Span<float> x, int rows, QueryBuffers buffers)
    {
        var width = _sizes.Width;
        var normed = buffers.Normed.AsSpan(0, rows * width);
        for (var i = 0; i < rows; i++)
        {
            _norm2.Apply(x.Slice(i * width, width), normed.Slice(i * width, width));
        }
        var inner = buffers.Inner.AsSpan(0, rows * MlpWidth);
        var gate = buffers.Gate.AsSpan(0, inner.Length);
        _fc1.Apply(normed, rows, inner);
        if (_sizes.Activation == "quick_gelu")
        {
            TensorPrimitives.Multiply(inner, QuickGelu, gate);
            TensorPrimitives.Sigmoid(gate, gate);
            TensorPrimitives.Multiply(inner, gate, inner);
        }
        else
        {
            for (var i = 0; i < inner.Length; i++)
            {
                inner[i] = Gelu(inner[i]);
            }
        }
        _fc2.Apply(inner, rows, normed);
        TensorPrimitives.Add(x, normed, x);
    }

    /// <summary>x Φ(x) with the error function of Abramowitz and Stegun 7.1.26, whose error is at most 1.5e-7.</summary>
    private static float Gelu(float value)
    {
        var z = Math.Abs(value) / Math.Sqrt(2);
        var t = 1 / (1 + 0.3275911 * z);
        var tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.Exp(-z * z);
        return (float)(value * (value >= 0 ? 1 - tail / 2 : tail / 2));
    }
}

/// <summary>Layer normalisation of one row.</summary>
internal sealed class LayerNorm(float[] weight, float[] bias, double epsilon)
{
    /// <summary>Takes <c>name.weight</c> and <c>name.bias</c>.</summary>
    public static LayerNorm Read(string name, double epsilon, Func<string, float[]> weight) =>
        new(weight(name + ".weight"), weight(name + ".bias"), epsilon);

    /// <summary>[W] to [W], which may be the same memory.</summary>
    public void Apply(ReadOnlySpan<float> x, Span<float> y)
    {
        var mean = TensorPrimitives.Sum(x) / x.Length;
        TensorPrimitives.Subtract(x, mean, y);
        var variance = TensorPrimitives.SumOfSquares<float>(y) / x.Length;
        TensorPrimitives.Multiply(y, (float)(1 / Math.Sqrt(variance + epsilon)), y);
        TensorPrimitives.MultiplyAdd(y, weight, bias, y);
    }
}
