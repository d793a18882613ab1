using System.Numerics.Tensors;

namespace CllClip.Engine.Search;

/// <summary>A caption that fits an image.</summary>
/// <param name="Caption">Its position among those indexed.</param>
/// <param name="Score">Cosine similarity.</param>
/// <param name="Percentile">Share (percent) of the other captions that fit less well.</param>
public readonly record struct CaptionHit(int Caption, float Score, double Percentile);

/// <summary>Captions of one language as a checkpoint embeds them, to be asked by images. Kept in half precision. Immutable and safe to share between threads.</summary>
public sealed class CaptionIndex
{
    private readonly Half[] _vectors; // [M, D], unit length
    private readonly int[] _captions; // position of each row among the captions given
    private readonly int _width;

    private CaptionIndex(Half[] vectors, int[] captions, int width) => (_vectors, _captions, _width) = (vectors, captions, width);

    /// <summary>Number of captions that have a vector.</summary>
    public int Count => _captions.Length;

    /// <summary>Memory held, bytes.</summary>
    public long Bytes => 2L * _vectors.Length + sizeof(int) * (long)_captions.Length;

    /// <summary>Embeds captions; one without any token has no vector and is never found.</summary>
    /// <param name="checkpoint">What embeds them.</param>
    /// <param name="captions">The captions.</param>
    /// <param name="language">Their language.</param>
    /// <param name="stop">Stops between captions.</param>
    public static CaptionIndex Of(
        SearchCheckpoint checkpoint,
        IReadOnlyList<string> captions,
        string language,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(captions);
        var (rows, positions, width) = (new List<float[]>(captions.Count), new List<int>(captions.Count), 0);
        for (var i = 0; i < captions.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            if (checkpoint.Embed(QueryText.Clean(captions[i]).Text, language) is { } vector)
            {
                rows.Add(vector);
                positions.Add(i);
                width = vector.Length;
            }
        }
        var vectors = new Half[rows.Count * width];
        for (var i = 0; i < rows.Count; i++)
        {
            TensorPrimitives.ConvertToHalf(rows[i], vectors.AsSpan(i * width, width));
        }
        return new CaptionIndex(vectors, [.. positions], width);
    }

    /// <summary>The captions that fit best, best first; equal ones in the order given.</summary>
    /// <param name="image">Unit vector of an image. [D]</param>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<CaptionHit> Nearest(ReadOnlySpan<float> image, int count)
    {
        if (Count == 0)
        {
            return [];
        }
        if (image.Length != _width)
        {
            throw new ArgumentException($"An image of {image.Length} numbers; the captions' vectors have {_width}.", nameof(image));
        }
        var (scores, row) = (new float[Count], new float[_width]);
        for (var i = 0; i < scores.Length; i++)
        {
            TensorPrimitives.ConvertToSingle(_vectors.AsSpan(i * _width, _width), row);
            scores[i] = TensorPrimitives.Dot(image, row);
        }
        var best = Enumerable.Range(0, Count).OrderByDescending(i => scores[i]).Take(count);
        return
        [
            .. best.Select(i => new CaptionHit(
                _captions[i],
                scores[i],
                Count == 1 ? 100 : 100.0 * scores.Count(s => s < scores[i]) / (Count - 1)
            )),
        ];
    }
}
