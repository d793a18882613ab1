using System.Collections.Concurrent;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using CllClip.Engine.Model;

namespace CllClip.Engine.Search;

/// <summary>
/// CLIP's text tower for one query at a time in managed code, on the calling thread: the numbers of <see cref="TextTower"/> (to rounding) without
/// libtorch's thread pool, which a training run keeps busy. Immutable and safe to share between threads.
/// </summary>
/// <remarks>Measured against libtorch with one thread: docs/benchmarks/search.md.</remarks>
public sealed class QueryTower
{
    private readonly TowerSizes _sizes;
    private readonly float[] _positions; // [P, W]
    private readonly QueryBlock[] _blocks;
    private readonly LayerNorm _finalNorm;
    private readonly PackedLinear _projection; // W to D
    private readonly ConcurrentBag<QueryBuffers> _buffers = [];

    private QueryTower(ClipModel model, Func<string, float[]?>? own)
    {
        float[] Weight(string name) => own?.Invoke(name) ?? model.ReadWeights(name);
        _sizes = model.Config.Text.Tower;
        _positions = Weight("text_model.embeddings.position_embedding.weight");
        _blocks = [.. Enumerable.Range(0, _sizes.Layers).Select(i => new QueryBlock($"text_model.encoder.layers.{i}.", _sizes, Weight))];
        _finalNorm = LayerNorm.Read("text_model.final_layer_norm", _sizes.LayerNormEpsilon, Weight);
        _projection = new PackedLinear(Weight("text_projection.weight"), [], _sizes.Width);
    }

    /// <summary>Longest query in tokens, start and end included.</summary>
    public int MaxLength => _positions.Length / _sizes.Width;

    /// <summary>Length W of a token's row.</summary>
    public int Width => _sizes.Width;

    /// <summary>Length D of an embedding.</summary>
    public int EmbeddingSize => _projection.Outputs;

    /// <summary>Copies the text tower's weights out of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="own">Weights in place of the model's, by full Hugging Face name, or null for the model's own.</param>
    public static QueryTower Of(ClipModel model, Func<string, float[]?>? own = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new QueryTower(model, own);
    }

    /// <summary>Embeds one query, not normalised.</summary>
    /// <param name="tokens">Rows of the token embedding, start to end token. [L, W]</param>
    /// <param name="parts">What a method adds; null for nothing.</param>
    /// <returns>[D]</returns>
    /// <exception cref="ArgumentException">No token, or more than <see cref="MaxLength"/>.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float[] Encode(ReadOnlySpan<float> tokens, QueryParts? parts = null)
    {
        var width = _sizes.Width;
        var length = tokens.Length / width;
        if (length == 0 || length > MaxLength || tokens.Length != length * width)
        {
            throw new ArgumentException($"{tokens.Length} numbers are not 1 to {MaxLength} tokens of {width}.", nameof(tokens));
        }
        if (!_buffers.TryTake(out var buffers))
        {
            buffers = new QueryBuffers(MaxLength, _sizes, _blocks.Length > 0 ? _blocks[0].MlpWidth : 0);
        }
        var x = buffers.Hidden.AsSpan(0, tokens.Length); // [L, W]
        TensorPrimitives.Add(tokens, _positions.AsSpan(0, tokens.Length), x);
        for (var i = 0; i < _blocks.Length; i++)
        {
            _blocks[i].Forward(x, length, i, i == _blocks.Length - 1, buffers, parts);
        }
        var end = buffers.Normed.AsSpan(0, width);
        _finalNorm.Apply(x[^width..], end);
        var embedding = new float[EmbeddingSize];
        _projection.Apply(end, 1, embedding);
        _buffers.Add(buffers);
        return embedding;
    }
}

/// <summary>Working memory of one query.</summary>
internal sealed class QueryBuffers(int length, TowerSizes sizes, int mlpWidth)
{
    /// <summary>[L, W]</summary>
    public float[] Hidden { get; } = new float[length * sizes.Width];

    /// <summary>[L, W]</summary>
    public float[] Normed { get; } = new float[length * sizes.Width];

    /// <summary>Queries, keys and values. Each [L, W]</summary>
    public float[] Queries { get; } = new float[length * sizes.Width];

    /// <summary>[L, W]</summary>
    public float[] Keys { get; } = new float[length * sizes.Width];

    /// <summary>[L, W]</summary>
    public float[] Values { get; } = new float[length * sizes.Width];

    /// <summary>[L, W]</summary>
    public float[] Attended { get; } = new float[length * sizes.Width];

    /// <summary>[L, mlp]</summary>
    public float[] Inner { get; } = new float[length * mlpWidth];

    /// <summary>[L, mlp]</summary>
    public float[] Gate { get; } = new float[length * mlpWidth];

    private float[] _weights = new float[length];

    /// <summary>Attention weights of one position. [count]</summary>
    public Span<float> Weights(int count)
    {
        if (count > _weights.Length)
        {
            _weights = new float[count]; // a method's prefix
        }
        return _weights.AsSpan(0, count);
    }
}
