using static TorchSharp.torch;

namespace CllClip.Engine.Evaluation;

/// <summary>Recalls of one retrieval set in percent, full precision (spec section 8).</summary>
/// <param name="T2i">Text to image Recall@1, 5, 10.</param>
/// <param name="I2t">Image to text Recall@1, 5, 10.</param>
public sealed record Recalls(IReadOnlyList<double> T2i, IReadOnlyList<double> I2t)
{
    /// <summary>The cut-offs K.</summary>
    public static IReadOnlyList<int> Cutoffs { get; } = [1, 5, 10];

    /// <summary>What they are shares of: the rank of each caption's image, and of each image's best caption, from 0; -1 for an image without captions.</summary>
    public (long[] T2i, long[] I2t) Ranks { get; init; } = ([], []);

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
        foreach (var (first, count) in RankCounter.Blocks(texts.shape[0]))
        {
            using var block = NewDisposeScope();
            result.narrow(0, first, count).copy_(Unit(texts.narrow(0, first, count)).mm(columns)); // rounded to float32
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
        var own = similarity.gather(1, owner).to_type(ScalarType.Float32).cpu().Elements<float>();
        return RankCounter.Count(new MatrixScores(similarity), imageOfCaption, own);
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
        using var nothing = no_grad();
        var scores = new CosineScores(texts, images);
        return RankCounter.Count(scores, imageOfCaption, scores.Own(imageOfCaption));
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
    /// <inheritdoc cref="Ranks(Tensor, IReadOnlyList{long})"/>
    public static Recalls OfFolds(Tensor similarity, IReadOnlyList<long> imageOfCaption, int folds)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        return OfFolds(
            similarity.shape[1],
            imageOfCaption,
            folds,
            (captions, first, count, owner) =>
            {
                using var here = captions.to(similarity.device);
                using var rows = similarity.index_select(0, here);
                using var block = rows.narrow(1, first, count);
                return Of(block, owner);
            }
        );
    }

    /// <summary>The same by cosine similarity, without the whole matrix.</summary>
    /// <inheritdoc cref="Ranks(Tensor, Tensor, IReadOnlyList{long})"/>
    public static Recalls OfFolds(Tensor texts, Tensor images, IReadOnlyList<long> imageOfCaption, int folds)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(images);
        return OfFolds(
            images.shape[0],
            imageOfCaption,
            folds,
            (captions, first, count, owner) =>
            {
                using var here = captions.to(texts.device);
                using var rows = texts.index_select(0, here); // [m, D]
                using var some = images.narrow(0, first, count); // [n, D]
                return Of(rows, some, owner);
            }
        );
    }

    private static Recalls OfFolds(
        long images,
        IReadOnlyList<long> imageOfCaption,
        int folds,
        Func<Tensor, long, long, IReadOnlyList<long>, Recalls> fold
    )
    {
        ArgumentNullException.ThrowIfNull(imageOfCaption);
        var (parts, first) = (new List<Recalls>(), 0L);
        var ranks = (T2i: new long[imageOfCaption.Count], I2t: new long[images]); // each within its fold
        for (var f = 0; f < folds; f++)
        {
            var (start, count) = (first, images / folds + (f < images % folds ? 1 : 0));
            long[] captions =
            [
                .. Enumerable
                    .Range(0, imageOfCaption.Count)
                    .Where(c => imageOfCaption[c] >= start && imageOfCaption[c] < start + count)
                    .Select(c => (long)c),
            ];
            using var index = tensor(captions);
            var part = fold(index, start, count, [.. captions.Select(c => imageOfCaption[(int)c] - start)]);
            parts.Add(part);
            part.Ranks.I2t.CopyTo(ranks.I2t, start);
            for (var c = 0; c < captions.Length; c++)
            {
                ranks.T2i[captions[c]] = part.Ranks.T2i[c];
            }
            first += count;
        }
        return new Recalls(
            [.. Enumerable.Range(0, Recalls.Cutoffs.Count).Select(i => parts.Average(p => p.T2i[i]))],
            [.. Enumerable.Range(0, Recalls.Cutoffs.Count).Select(i => parts.Average(p => p.I2t[i]))]
        )
        {
            Ranks = ranks,
        };
    }

    private static Recalls Of((long[] T2i, long[] I2t) ranks) =>
        new([.. Recalls.Cutoffs.Select(k => At(ranks.T2i, k))], [.. Recalls.Cutoffs.Select(k => At(ranks.I2t, k))]) { Ranks = ranks };

    private static Tensor Unit(Tensor rows)
    {
        var wide = rows.to_type(ScalarType.Float64);
        return wide / wide.norm(1, keepdim: true, p: 2).NoLessThan(1e-300);
    }
}
