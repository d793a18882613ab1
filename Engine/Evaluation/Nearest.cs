using CllClip.Engine.Data.Features;
using static TorchSharp.torch;

namespace CllClip.Engine.Evaluation;

/// <summary>What is found first, for people to look at; ranks are counted by <see cref="RetrievalRecall"/>.</summary>
public static class Nearest
{
    /// <summary>The candidates nearest to each query by cosine similarity, nearest first.</summary>
    /// <param name="texts">Embeddings of captions, one after the other. [M · D]</param>
    /// <param name="features">The teacher's embeddings.</param>
    /// <param name="images">N images.</param>
    /// <param name="toImages">Whether captions ask and images are found; else the other way round.</param>
    /// <param name="count">How many are wanted.</param>
    /// <returns>For each query the positions found, among <paramref name="images"/> or the captions.</returns>
    public static IReadOnlyList<int[]> Of(float[] texts, TeacherFeatures features, IReadOnlyList<long> images, bool toImages, int count)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(images);
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var captions = tensor(texts, [texts.Length / features.Width, features.Width], ScalarType.Float32); // [M, D]
        var similarity = RetrievalRecall.Similarities(captions, features.Images(images).cpu()); // [M, N]
        var rows = toImages ? similarity : similarity.t();
        var found = rows.topk((int)Math.Min(count, rows.shape[1]), 1).indexes.contiguous(); // [queries, count]
        return [.. found.Elements<long>().Chunk((int)found.shape[1]).Select(f => Array.ConvertAll(f, i => (int)i))];
    }
}
