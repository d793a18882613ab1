using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CllClip.Engine.Evaluation;

/// <summary>Recalls of one retrieval set in percent, full precision (spec section 8).</summary>
/// <param name="T2i">Text to image Recall@1, 5, 10.</param>
/// <param name="I2t">Image to text Recall@1, 5, 10.</param>
public sealed record Recalls(IReadOnlyList<double> T2i, IReadOnlyList<double> I2t)
{
    /// <summary>The cut-offs K.</summary>
    public static IReadOnlyList<int> Cutoffs { get; } = [1, 5, 10];

    /// <summary>Mean of the six recalls.</summary>
    public double Mean => (T2i.Average() + I2t.Average()) / 2;
}

/// <summary>Retrieval ranks and Recall@K. Ties count against the model, so a constant model scores 0; a NaN score is an error.</summary>
/// <remarks>
/// Captions are taken a block at a time, so that memory grows with the number of images and not with captions times images: a matrix of 25,000
/// captions and 5,000 images would be half a gigabyte.
/// </remarks>
public static class RetrievalRecall
{
    private const int CaptionsPerBlock = 256;

    /// <summary>Cosine similarities of captions and images. [M, N] float32</summary>
    /// <param name="texts">[M, D], not normalised.</param>
    /// <param name="images">[N, D], not normalised.</param>
    /// <remarks>
    /// Computed in float64 and rounded to float32: equal embeddings then tie exactly, whichever way the matrix product is cut into blocks.
    /// </remarks>
    public static Tensor Similarities(Tensor texts, Tensor images)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(images);
        using var scope = NewDisposeScope();
        var columns = Unit(images).t(); // [D, N]
        var result = empty([texts.shape[0], images.shape[0]], ScalarType.Float32, texts.device);
        foreach (var (first, count) in Blocks(texts.shape[0]))
        {
            using var block = NewDisposeScope();
            result.narrow(0, first, count).copy_(Unit(texts.narrow(0, first, count)).matmul(columns)); // rounded to float32
        }
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>Ranks from 0: how many wrong candidates score at least as high as the right one.</summary>
    /// <param name="similarity">Score of caption c with image i. [M, N] float32</param>
    /// <param name="imageOfCaption">The caption's own image. [M]</param>
    /// <returns>T2i: one rank a caption; I2t: one rank an image, -1 for an image without captions.</returns>
    /// <exception cref="EngineException">A score is NaN.</exception>
    public static (long[] T2i, long[] I2t) Ranks(Tensor similarity, IReadOnlyList<long> imageOfCaption)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        ArgumentNullException.ThrowIfNull(imageOfCaption);
        using var scope = NewDisposeScope();
        var owner = tensor(imageOfCaption.ToArray(), ScalarType.Int64, similarity.device).unsqueeze(1); // [M, 1]
        var own = Numbers(similarity.gather(1, owner)).ToArray();
        return Ranks(similarity.shape[1], imageOfCaption, own, (first, count) => similarity.narrow(0, first, count));
    }

    /// <summary>Ranks by the cosine similarities of captions and images, without the whole matrix.</summary>
    /// <inheritdoc cref="Ranks(Tensor, IReadOnlyList{long})"/>
    /// <param name="texts">[M, D], not normalised.</param>
    /// <param name="images">[N, D], not normalised.</param>
    /// <param name="imageOfCaption">The caption's own image. [M]</param>
    public static (long[] T2i, long[] I2t) Ranks(Tensor texts, Tensor images, IReadOnlyList<long> imageOfCaption)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(imageOfCaption);
        using var scope = NewDisposeScope();
        var columns = Unit(images).t(); // [D, N]
        var own = new float[imageOfCaption.Count];
        foreach (var (first, count) in Blocks(own.Length))
        {
            using var block = NewDisposeScope();
            var owners = Enumerable.Range(first, count).Select(c => imageOfCaption[c]).ToArray();
            var some = owners.Distinct().ToArray();
            var place = some.Select((image, i) => (image, i)).ToDictionary(x => x.image, x => (long)x.i);
            var scores = Unit(texts.narrow(0, first, count)).matmul(columns.index_select(1, Index(some))); // [count, some]
            Numbers(scores.gather(1, Index([.. owners.Select(o => place[o])]).unsqueeze(1))).CopyTo(own.AsSpan(first));
        }
        return Ranks(images.shape[0], imageOfCaption, own, (first, count) => Unit(texts.narrow(0, first, count)).matmul(columns));

        Tensor Index(long[] values) => tensor(values, ScalarType.Int64, images.device);
    }

    /// <summary>Share (percent) of ranks within the first K; a rank of -1 is a miss.</summary>
    public static double At(IReadOnlyCollection<long> ranks, int k)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        return 100.0 * ranks.Count(r => r >= 0 && r < k) / ranks.Count;
    }

    /// <summary>Recall@1, 5, 10 in both directions, from a matrix of scores.</summary>
    /// <inheritdoc cref="Ranks(Tensor, IReadOnlyList{long})"/>
    public static Recalls Of(Tensor similarity, IReadOnlyList<long> imageOfCaption) => Of(Ranks(similarity, imageOfCaption));

    /// <summary>Recall@1, 5, 10 in both directions, by cosine similarity.</summary>
    /// <inheritdoc cref="Ranks(Tensor, Tensor, IReadOnlyList{long})"/>
    public static Recalls Of(Tensor texts, Tensor images, IReadOnlyList<long> imageOfCaption) => Of(Ranks(texts, images, imageOfCaption));

    /// <summary>Mean over folds of consecutive images, cut as numpy's <c>array_split</c> does (MSCOCO's 1K protocol): each fold has its own captions and images only.</summary>
    public static Recalls OfFolds(Tensor similarity, IReadOnlyList<long> imageOfCaption, int folds)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        ArgumentNullException.ThrowIfNull(imageOfCaption);
        var images = (int)similarity.shape[1];
        var (parts, first) = (new List<Recalls>(), 0);
        for (var fold = 0; fold < folds; fold++)
        {
            var count = images / folds + (fold < images % folds ? 1 : 0);
            var captions = Enumerable
                .Range(0, imageOfCaption.Count)
                .Where(c => imageOfCaption[c] >= first && imageOfCaption[c] < first + count)
                .ToArray();
            using var rows = tensor(captions.Select(c => (long)c).ToArray());
            using var block = similarity.index_select(0, rows).narrow(1, first, count);
            var start = first;
            parts.Add(Of(block, [.. captions.Select(c => imageOfCaption[c] - start)]));
            first += count;
        }
        return new Recalls(
            [.. Enumerable.Range(0, Recalls.Cutoffs.Count).Select(i => parts.Average(p => p.T2i[i]))],
            [.. Enumerable.Range(0, Recalls.Cutoffs.Count).Select(i => parts.Average(p => p.I2t[i]))]
        );
    }

    /// <summary>Mean over folds of consecutive images, by cosine similarity, without a whole matrix.</summary>
    /// <inheritdoc cref="OfFolds(Tensor, IReadOnlyList{long}, int)"/>
    public static Recalls OfFolds(Tensor texts, Tensor images, IReadOnlyList<long> imageOfCaption, int folds)
    {
        using var scope = NewDisposeScope();
        return OfFolds(Similarities(texts, images), imageOfCaption, folds);
    }

    private static Recalls Of((long[] T2i, long[] I2t) ranks) =>
        new([.. Recalls.Cutoffs.Select(k => At(ranks.T2i, k))], [.. Recalls.Cutoffs.Select(k => At(ranks.I2t, k))]);

    /// <param name="images">Number N of images.</param>
    /// <param name="owner">The caption's own image. [M]</param>
    /// <param name="own">The caption's score with it. [M]</param>
    /// <param name="scores">Scores of some consecutive captions with all images. (first, count) to [count, N]</param>
    private static (long[] T2i, long[] I2t) Ranks(long images, IReadOnlyList<long> owner, float[] own, Func<int, int, Tensor> scores)
    {
        var best = new float[images]; // an image's best own caption
        Array.Fill(best, float.NegativeInfinity);
        var described = new bool[images];
        for (var c = 0; c < own.Length; c++)
        {
            described[owner[c]] = true;
            best[owner[c]] = Math.Max(best[owner[c]], own[c]);
        }
        var (t2i, reached) = (new long[own.Length], new int[images]);
        foreach (var (first, count) in Blocks(own.Length))
        {
            using var block = NewDisposeScope();
            var numbers = Numbers(scores(first, count));
            if (TensorPrimitives.IsNaNAny<float>(numbers))
            {
                throw new EngineException(
                    "A similarity is NaN: the model's embeddings are broken. Lower the learning rate, or check the checkpoint's weights."
                );
            }
            for (var c = first; c < first + count; c++)
            {
                var row = numbers.Slice((c - first) * best.Length, best.Length);
                var mine = (int)owner[c];
                t2i[c] =
                    Count(row[..mine], own[c], best, reached)
                    + Count(row[(mine + 1)..], own[c], best.AsSpan(mine + 1), reached.AsSpan(mine + 1));
            }
        }
        return (t2i, [.. reached.Select((r, i) => described[i] ? (long)r : -1)]);
    }

    /// <summary>Counts the images that score at least the caption's bound, and counts the caption at each image whose bound it reaches.</summary>
    private static int Count(ReadOnlySpan<float> row, float bound, ReadOnlySpan<float> bounds, Span<int> reached)
    {
        var (own, counts, i) = (new Vector<float>(bound), Vector<int>.Zero, 0);
        for (; i <= row.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var score = new Vector<float>(row[i..]);
            counts -= Vector.GreaterThanOrEqual(score, own); // a mask that holds is -1
            (new Vector<int>(reached[i..]) - Vector.GreaterThanOrEqual(score, new Vector<float>(bounds[i..]))).CopyTo(reached[i..]);
        }
        var count = Vector.Sum(counts);
        for (; i < row.Length; i++)
        {
            count += row[i] >= bound ? 1 : 0;
            reached[i] += row[i] >= bounds[i] ? 1 : 0;
        }
        return count;
    }

    private static IEnumerable<(int First, int Count)> Blocks(long captions)
    {
        for (var first = 0; first < captions; first += CaptionsPerBlock)
        {
            yield return (first, (int)Math.Min(CaptionsPerBlock, captions - first));
        }
    }

    /// <summary>A tensor's numbers as float32, where they lie; valid while the scope at hand is.</summary>
    private static ReadOnlySpan<float> Numbers(Tensor values) =>
        MemoryMarshal.Cast<byte, float>(values.to_type(ScalarType.Float32).cpu().contiguous().bytes);

    private static Tensor Unit(Tensor rows)
    {
        var wide = rows.to_type(ScalarType.Float64);
        return wide / wide.norm(1, keepdim: true, p: 2).NoLessThan(1e-300);
    }
}
