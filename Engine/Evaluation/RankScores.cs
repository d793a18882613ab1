using System.Runtime.InteropServices;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CllClip.Engine.Evaluation;

/// <summary>Where <see cref="RankCounter"/> takes the scores of captions and images from: a block of captions at a time, some of them to be asked again.</summary>
internal abstract class RankScores
{
    /// <summary>Number of captions M.</summary>
    public abstract int Captions { get; }

    /// <summary>Number of images N.</summary>
    public abstract int Images { get; }

    /// <summary>How far a number of <see cref="Block"/> may be from the true score; 0 where it is the score.</summary>
    public abstract float Margin { get; }

    /// <summary>The true score of a caption with one image.</summary>
    public abstract float Exact(int caption, int image);

    /// <summary>Scores of consecutive captions with all images, within <see cref="Margin"/>. [count, N]</summary>
    public abstract Tensor Block(int first, int count);

    /// <summary>The same without margin.</summary>
    public abstract Tensor ExactBlock(int first, int count);
}

/// <summary>Scores that are there as a matrix.</summary>
/// <param name="similarity">[M, N] float32</param>
internal sealed class MatrixScores(Tensor similarity) : RankScores
{
    /// <inheritdoc/>
    public override int Captions => (int)similarity.shape[0];

    /// <inheritdoc/>
    public override int Images => (int)similarity.shape[1];

    /// <inheritdoc/>
    public override float Margin => 0;

    /// <inheritdoc/>
    public override float Exact(int caption, int image)
    {
        using var scope = NewDisposeScope();
        return similarity[caption, image].item<float>();
    }

    /// <inheritdoc/>
    public override Tensor Block(int first, int count) => similarity.narrow(0, first, count);

    /// <inheritdoc/>
    public override Tensor ExactBlock(int first, int count) => Block(first, count);
}

/// <summary>
/// Cosine similarities, multiplied out in float32. The true score is the product of the two unit vectors in float64, rounded to float32, so that equal
/// embeddings tie exactly; it is computed for single pairs, where float32 leaves a comparison open.
/// </summary>
internal sealed class CosineScores : RankScores
{
    private readonly Tensor _texts; // [M, D]
    private readonly Tensor _columns; // [D, N] float32
    private readonly double[] _images; // unit vectors [N · D]
    private readonly double[] _text; // the unit vector asked for last [D]
    private readonly int _size; // D
    private int _caption = -1;

    /// <summary>Scores of embeddings, not normalised; valid while the scope at hand is.</summary>
    /// <param name="texts">[M, D]</param>
    /// <param name="images">[N, D]</param>
    public CosineScores(Tensor texts, Tensor images)
    {
        (_texts, _size) = (texts, (int)images.shape[1]);
        _text = new double[_size];
        _images = Units(images);
        _columns = Single(_images, images.device).t();
        // The sum of D products in float32, in any order, is off by at most D units of roundoff where both vectors have length 1; the vectors
        // themselves, the result and the bounds of a comparison are rounded too.
        Margin = (_size + 8) * MathF.Pow(2, -24);
    }

    /// <inheritdoc/>
    public override int Captions => (int)_texts.shape[0];

    /// <inheritdoc/>
    public override int Images => (int)_columns.shape[1];

    /// <inheritdoc/>
    public override float Margin { get; }

    /// <inheritdoc/>
    public override float Exact(int caption, int image)
    {
        if (caption != _caption)
        {
            using var row = _texts.narrow(0, caption, 1);
            Units(row).CopyTo(_text, 0);
            _caption = caption;
        }
        return (float)TensorPrimitives.Dot(_text, _images.AsSpan(image * _size, _size));
    }

    /// <inheritdoc/>
    public override Tensor Block(int first, int count) => Single(Units(_texts.narrow(0, first, count)), _columns.device).matmul(_columns);

    /// <inheritdoc/>
    public override Tensor ExactBlock(int first, int count)
    {
        // made for a model whose embeddings all but coincide, so rarely that the images' numbers are not kept as a tensor
        using var columns = tensor(_images, [Images, _size], ScalarType.Float64, _columns.device).t(); // [D, N]
        using var rows = tensor(Units(_texts.narrow(0, first, count)), [count, _size], ScalarType.Float64, _columns.device);
        return rows.matmul(columns).to_type(ScalarType.Float32);
    }

    /// <summary>The caption's own scores. [M]</summary>
    /// <param name="owner">The caption's own image. [M]</param>
    public float[] Own(IReadOnlyList<long> owner)
    {
        var own = new float[owner.Count];
        foreach (var (first, count) in RankCounter.Blocks(own.Length))
        {
            using var block = NewDisposeScope();
            var units = Units(_texts.narrow(0, first, count));
            for (var c = 0; c < count; c++)
            {
                var image = _images.AsSpan((int)owner[first + c] * _size, _size);
                own[first + c] = (float)TensorPrimitives.Dot(units.AsSpan(c * _size, _size), image);
            }
        }
        return own;
    }

    private Tensor Single(double[] units, TorchSharp.torch.Device device)
    {
        var single = new float[units.Length];
        TensorPrimitives.ConvertTruncating<double, float>(units, single);
        return tensor(single, [units.Length / _size, _size], ScalarType.Float32, device);
    }

    /// <summary>Rows of length 1 in float64; the same numbers whichever rows are asked for together.</summary>
    private static double[] Units(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var wide = rows.detach().to_type(ScalarType.Float64).cpu().contiguous();
        var units = MemoryMarshal.Cast<byte, double>(wide.bytes).ToArray();
        var size = (int)rows.shape[1];
        for (var r = 0; r < units.Length; r += size)
        {
            var row = units.AsSpan(r, size);
            TensorPrimitives.Divide(row, Math.Max(TensorPrimitives.Norm<double>(row), 1e-300), row);
        }
        return units;
    }
}
