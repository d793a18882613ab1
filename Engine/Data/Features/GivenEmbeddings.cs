using System.Globalization;
using static TorchSharp.torch;

namespace CllClip.Engine.Data.Features;

/// <summary>Embeddings that a data set came with, used where a sample agrees with the base model; what they lack is computed.</summary>
internal sealed class GivenEmbeddings : IDisposable
{
    private const int Sample = 8;

    /// <summary>Lowest cosine of a sample's rows; half precision and another library's image decoding stay above.</summary>
    private const double Agreement = 0.99;

    private readonly NpyFile? _file;
    private readonly IReadOnlyList<int> _rows;
    private readonly Func<long, int, Tensor> _compute;

    private GivenEmbeddings(NpyFile? file, IReadOnlyList<int> rows, Func<long, int, Tensor> compute) =>
        (_file, _rows, _compute) = (file, rows, compute);

    /// <summary>The first of the data set's files that fits and agrees; none is no error, and each that is not used is told why.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="images">Its images, else its English captions.</param>
    /// <param name="shape">Rows and their length.</param>
    /// <param name="compute">Embeds some of them. (first, count) to [count, D]</param>
    /// <param name="note">Told what is used and what is not, and why.</param>
    public static GivenEmbeddings Find(
        IRetrievalDataset dataset,
        bool images,
        (long Rows, int Width) shape,
        Func<long, int, Tensor> compute,
        Action<string> note
    )
    {
        if (dataset is IEmbeddedDataset embedded)
        {
            foreach (var path in images ? embedded.ImageEmbeddingFiles : embedded.EnglishEmbeddingFiles)
            {
                if (TryOpen(embedded, images, path, shape, compute, note) is { } found)
                {
                    return found;
                }
            }
        }
        return new GivenEmbeddings(null, [], compute);
    }

    /// <summary>Embeddings of some rows, given or computed. (first, count) to [count, D]</summary>
    public Tensor Embed(long first, int count)
    {
        if (_file is null || Enumerable.Range((int)first, count).Any(i => _rows[i] < 0))
        {
            return _compute(first, count);
        }
        var numbers = new float[count * _file.Width];
        for (var i = 0; i < count; i++)
        {
            _file.Read(_rows[(int)first + i], numbers.AsSpan(i * _file.Width, _file.Width));
        }
        return tensor(numbers, [count, _file.Width]);
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private static GivenEmbeddings? TryOpen(
        IEmbeddedDataset dataset,
        bool images,
        string path,
        (long Rows, int Width) shape,
        Func<long, int, Tensor> compute,
        Action<string> note
    )
    {
        NpyFile? file = null;
        try
        {
            file = NpyFile.Open(path);
            var rows = images ? dataset.ImageRows(file.Rows) : dataset.EnglishRows(file.Rows);
            var why =
                rows.Count != shape.Rows
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"its {file.Rows} rows are not one a {(images ? "training image" : "line")} of this data set"
                    )
                : file.Width != shape.Width
                    ? string.Create(CultureInfo.InvariantCulture, $"its rows have {file.Width} numbers, the base model's {shape.Width}")
                : LeastAgreement(file, rows, compute) is var cosine && cosine < Agreement
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"it is of another model or other data (a sample agrees with cosine {cosine:0.00} only)"
                    )
                : null;
            if (why is null)
            {
                note($"Using {path}.");
                var found = new GivenEmbeddings(file, rows, compute);
                file = null;
                return found;
            }
            note($"{path} is not used: {why}. The embeddings are computed.");
        }
        catch (EngineException error)
        {
            note($"{error.Message} The embeddings are computed.");
        }
        finally
        {
            file?.Dispose();
        }
        return null;
    }

    private static double LeastAgreement(NpyFile file, IReadOnlyList<int> rows, Func<long, int, Tensor> compute)
    {
        int[] given = [.. Enumerable.Range(0, rows.Count).Where(i => rows[i] >= 0)];
        var (least, row) = (1.0, new float[file.Width]);
        foreach (
            var i in Enumerable
                .Range(0, Math.Min(Sample, given.Length))
                .Select(s => given[(long)s * given.Length / Math.Min(Sample, given.Length)])
        )
        {
            using var scope = NewDisposeScope();
            var own = compute(i, 1).cpu().to_type(ScalarType.Float32).contiguous().Elements<float>();
            file.Read(rows[i], row);
            var cosine = System.Numerics.Tensors.TensorPrimitives.CosineSimilarity<float>(own, row);
            least = Math.Min(least, float.IsNaN(cosine) ? -1 : cosine);
        }
        return least;
    }
}
