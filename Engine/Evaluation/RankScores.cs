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

    /// <summary>The true score of a caption of the block asked for last with one image.</summary>
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
    private readonly int _size; // D
    private double[] _block = []; // unit vectors of the captions asked for last [count · D]
    private float[] _single = []; // the same in float32
    private int _first;

    /// <summary>Scores of embeddings, not normalised; valid while the scope at hand is.</summary>
    /// <param name="texts">[M, D]</param>
    /// <param name="images">[N, D]</param>
    public CosineScores(Tensor texts, Tensor images)
    {
        (_texts, _size) = (texts, (int)images.shape[1]);
        _images = new double[images.numel()];
        Units(images, _images);
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
        var text = _block.AsSpan((caption - _first) * _size, _size);
        return (float)TensorPrimitives.Dot<double>(text, _images.AsSpan(image * _size, _size));
    }

    /// <inheritdoc/>
    public override Tensor Block(int first, int count) => Single(UnitsOf(first, count), _columns.device).mm(_columns);

    /// <inheritdoc/>
    public override Tensor ExactBlock(int first, int count)
    {
        // made for a model whose embeddings all but coincide, so rarely that the images' numbers are not kept as a tensor
        using var columns = tensor(_images, [Images, _size], ScalarType.Float64, _columns.device).t(); // [D, N]
        using var rows = tensor(UnitsOf(first, count).ToArray(), [count, _size], ScalarType.Float64, _columns.device);
        return rows.mm(columns).to_type(ScalarType.Float32);
    }

    /// <summary>The caption's own scores. [M]</summary>
    /// <param name="owner">The caption's own image. [M]</param>
    public float[] Own(IReadOnlyList<long> owner)
    {
        var own = new float[owner.Count];
        foreach (var (first, count) in RankCounter.Blocks(own.Length))
        {
            var units = UnitsOf(first, count);
            for (var c = 0; c < count; c++)
            {
                ReadOnlySpan<double> image = _images.AsSpan((int)owner[first + c] * _size, _size);
                own[first + c] = (float)TensorPrimitives.Dot(units.Slice(c * _size, _size), image);
            }
        }
        return own;
    }

    private ReadOnlySpan<double> UnitsOf(int first, int count)
    {
        if (_block.Length < count * _size)
        {
            (_block, _single) = (new double[count * _size], new float[count * _size]); // one for all blocks
        }
        _first = first;
        var units = _block.AsSpan(0, count * _size);
        using var rows = _texts.narrow(0, first, count);
        Units(rows, units);
        return units;
    }

    private Tensor Single(ReadOnlySpan<double> units, TorchSharp.torch.Device device)
    {
        var single = units.Length > _single.Length ? new float[units.Length] : _single;
        TensorPrimitives.ConvertTruncating(units, single.AsSpan(0, units.Length));
        return tensor(single.AsMemory(0, units.Length), [units.Length / _size, _size], ScalarType.Float32, device);
    }

    /// <summary>Rows of length 1 in float64; the same numbers whichever rows are asked for together.</summary>
    private static void Units(Tensor rows, Span<double> units)
    {
        using var scope = NewDisposeScope();
        var wide = rows.detach().to_type(ScalarType.Float64).cpu().contiguous();
        MemoryMarshal.Cast<byte, double>(wide.bytes).CopyTo(units);
        var size = (int)rows.shape[1];
        for (var r = 0; r < units.Length; r += size)
        {
            var row = units.Slice(r, size);
            TensorPrimitives.Divide(row, Math.Max(TensorPrimitives.Norm<double>(row), 1e-300), row);
        }
    }
}
