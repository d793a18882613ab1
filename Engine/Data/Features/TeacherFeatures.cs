using static TorchSharp.torch;

namespace CllClip.Engine.Data.Features;

/// <summary>What the frozen teacher says of a data set: one row an image, one row a distinct English training caption; not normalised.</summary>
public sealed class TeacherFeatures : IDisposable
{
    private readonly FeatureMatrix _images;
    private readonly FeatureMatrix? _english;
    private readonly Lazy<Dictionary<string, int>> _rowOf;

    internal TeacherFeatures(FeatureMatrix images, FeatureMatrix? english, Func<IReadOnlyList<string>> texts)
    {
        (_images, _english) = (images, english);
        _rowOf = new Lazy<Dictionary<string, int>>(() =>
        {
            var rows = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var text in texts())
            {
                rows.Add(text, rows.Count);
            }
            return rows;
        });
    }

    /// <summary>Length D of an embedding.</summary>
    public int Width => _images.Width;

    /// <summary>Number of images.</summary>
    public long ImageCount => _images.Count;

    /// <summary>Embeddings v of some images. [n] to [n, D]</summary>
    public Tensor Images(IReadOnlyList<long> images) => _images.Rows(images);

    /// <summary>Embeddings e of some English training captions, by <see cref="RowOf"/>. [n] to [n, D]</summary>
    /// <exception cref="EngineException">The data set has no training captions.</exception>
    public Tensor English(IReadOnlyList<long> rows) =>
        (_english ?? throw new EngineException("The data set has no English training captions.")).Rows(rows);

    /// <summary>Row of an English caption.</summary>
    /// <exception cref="EngineException">It is not among the data set's English training captions.</exception>
    public int RowOf(string english) =>
        _rowOf.Value.TryGetValue(english, out var row)
            ? row
            : throw new EngineException($"'{english}' is not among the data set's English training captions.");

    /// <summary>All image embeddings as numbers, row by row, for search. [N · D]</summary>
    public float[] ImageRows() => _images.All();

    /// <inheritdoc/>
    public void Dispose()
    {
        _images.Dispose();
        _english?.Dispose();
    }
}
