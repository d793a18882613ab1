using static TorchSharp.torch;

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
public static class RetrievalRecall
{
    private const long RowsPerBlock = 256;

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
        var (rows, columns) = (Unit(texts), Unit(images).t()); // [M, D], [D, N]
        var result = empty([texts.shape[0], images.shape[0]], ScalarType.Float32, texts.device);
        for (long first = 0; first < texts.shape[0]; first += RowsPerBlock)
        {
            using var block = NewDisposeScope();
            var count = Math.Min(RowsPerBlock, texts.shape[0] - first);
            result.narrow(0, first, count).copy_(rows.narrow(0, first, count).matmul(columns)); // rounded to float32
        }
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>Ranks from 0: how many wrong candidates score at least as high as the right one.</summary>
    /// <param name="similarity">Score of caption c with image i. [M, N]</param>
    /// <param name="imageOfCaption">The caption's own image. [M]</param>
    /// <returns>T2i: one rank a caption; I2t: one rank an image, -1 for an image without captions.</returns>
    /// <exception cref="EngineException">A score is NaN.</exception>
    public static (long[] T2i, long[] I2t) Ranks(Tensor similarity, IReadOnlyList<long> imageOfCaption)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        ArgumentNullException.ThrowIfNull(imageOfCaption);
        using var scope = NewDisposeScope();
        if (similarity.isnan().any().item<bool>())
        {
            throw new EngineException(
                "A similarity is NaN: the model's embeddings are broken. Lower the learning rate, or check the checkpoint's weights."
            );
        }
        var images = similarity.shape[1];
        var owner = tensor(imageOfCaption.ToArray(), ScalarType.Int64, similarity.device); // [M]
        var own = similarity.gather(1, owner.unsqueeze(1)); // [M, 1]
        var t2i = AtLeast(similarity, own, null, 1).Plus(-1L); // the own image is among those counted
        var others = owner.unsqueeze(1).ne(TensorScalars.Positions(images, similarity.device).unsqueeze(0)); // [M, N]
        var best = Best(similarity, others); // [N]
        var i2t = AtLeast(similarity, best.unsqueeze(0), others, 0); // [N]
        i2t = i2t.Masked(others.all(0, false), -1);
        return (t2i.cpu().data<long>().ToArray(), i2t.cpu().data<long>().ToArray());
    }

    /// <summary>Share (percent) of ranks within the first K; a rank of -1 is a miss.</summary>
    public static double At(IReadOnlyCollection<long> ranks, int k)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        return 100.0 * ranks.Count(r => r >= 0 && r < k) / ranks.Count;
    }

    /// <summary>Recall@1, 5, 10 in both directions.</summary>
    public static Recalls Of(Tensor similarity, IReadOnlyList<long> imageOfCaption)
    {
        var (t2i, i2t) = Ranks(similarity, imageOfCaption);
        return new Recalls([.. Recalls.Cutoffs.Select(k => At(t2i, k))], [.. Recalls.Cutoffs.Select(k => At(i2t, k))]);
    }

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

    // Each step has a scope of its own: at a thousand captions a matrix is what the peak of a run's memory is made of.

    /// <summary>How many scores of a row or column are at least as high as a bound, of all or of those chosen.</summary>
    private static Tensor AtLeast(Tensor similarity, Tensor bound, Tensor? of, long dimension)
    {
        using var scope = NewDisposeScope();
        var reached = similarity.ge(bound);
        return (of is null ? reached : reached.logical_and_(of)).sum([dimension], type: ScalarType.Int64).MoveToOuterDisposeScope();
    }

    /// <summary>The best score of an image with a caption of its own. [N]</summary>
    private static Tensor Best(Tensor similarity, Tensor others)
    {
        using var scope = NewDisposeScope();
        return similarity.Masked(others, double.NegativeInfinity).amax([0]).MoveToOuterDisposeScope();
    }

    private static Tensor Unit(Tensor rows)
    {
        var wide = rows.to_type(ScalarType.Float64);
        return wide / wide.norm(1, keepdim: true, p: 2).NoLessThan(1e-300);
    }
}
