using System.Security.Cryptography;
using System.Text;
using CllClip.Engine.Model;
using CllClip.Engine.Tokenizer;
using static TorchSharp.torch;

namespace CllClip.Engine.Data.Features;

/// <summary>Progress of embedding a data set with its teacher.</summary>
/// <param name="Phase">What is being done, in words.</param>
/// <param name="Fraction">Share done, 0 to 1.</param>
public sealed record FeatureProgress(string Phase, double Fraction)
{
    /// <summary>Something worth a line in a log, for example why given embeddings are not used; null for nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>
/// Teacher embeddings of a data set's images and English captions, computed once per (data revision, base model hash, preprocessing) and shared by all
/// runs. One cut off goes on where it was; a half-written file is never taken for a whole one.
/// </summary>
/// <param name="folder">Folder of all caches; created when needed.</param>
public sealed class FeatureCache(string folder)
{
    /// <summary>Numbers of the vision tower's widest activation that a batch of images may have; more takes memory and no less time.</summary>
    private const long ActivationsPerBatch = 2_500_000;

    private const int MostImagesPerBatch = 256;
    private const int TextsPerBatch = 1 << 14;

    /// <summary>Bytes of a file that is held on the device whole; a larger one is read through its mapping.</summary>
    public long MostResident { get; init; } = 512L << 20;

    /// <summary>Bytes as float32 beyond which a file is kept in float16.</summary>
    public long MostFullPrecision { get; init; } = 2L << 30;

    /// <summary>The embeddings, read from disk or computed.</summary>
    /// <exception cref="EngineException">The base model has no vocabulary, an image cannot be read, or the disk refuses.</exception>
    public TeacherFeatures Load(
        IRetrievalDataset dataset,
        ClipModel model,
        IProgress<FeatureProgress>? progress = null,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(model);
        var texts = dataset.TrainingTexts("en");
        var facts = Facts(dataset, model);
        FeatureMatrix Matrix(string what, long rows, Action<string> write)
        {
            var path = PathOf(dataset, facts, what);
            var wanted = (rows, model.Config.ProjectionDim);
            using (FeatureLock.Take(path, () => IsWhole(path, wanted, facts), stop))
            {
                if (!IsWhole(path, wanted, facts))
                {
                    write(path);
                    AtomicFile.WriteText(Sum(path), Checksum.OfFile(path));
                }
            }
            return FeatureMatrix.Open(path, model.Device, MostResident);
        }
        var shares = texts.Count == 0 ? 1 : 0.97;
        var images = Matrix(
            "images",
            dataset.ImageCount,
            path =>
                WriteImages(
                    path,
                    dataset,
                    model,
                    facts,
                    (share, note) => progress?.Report(new("Images", shares * share) { Note = note }),
                    stop
                )
        );
        try
        {
            var english =
                texts.Count == 0
                    ? null
                    : Matrix(
                        "english",
                        texts.Count,
                        path =>
                            WriteTexts(
                                path,
                                dataset,
                                texts,
                                model,
                                facts,
                                (share, note) => progress?.Report(new("English captions", shares + (1 - shares) * share) { Note = note }),
                                stop
                            )
                    );
            progress?.Report(new FeatureProgress("Embeddings", 1));
            return new TeacherFeatures(images, english, () => texts);
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>Bytes that <see cref="Load"/> would write: of the embeddings that are not kept yet. Whether those kept are whole is not looked at.</summary>
    public long BytesToWrite(IRetrievalDataset dataset, ClipModel model)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(model);
        var facts = Facts(dataset, model);
        return Of("images", dataset.ImageCount) + Of("english", dataset.TrainingTexts("en").Count);

        long Of(string what, long rows)
        {
            var shape = (Rows: rows, Width: model.Config.ProjectionDim);
            return File.Exists(PathOf(dataset, facts, what)) ? 0 : shape.Rows * shape.Width * (Half(shape) ? 2 : sizeof(float));
        }
    }

    private string PathOf(IRetrievalDataset dataset, Dictionary<string, string> facts, string what) =>
        Path.Combine(folder, $"{dataset.Id}-{Short(dataset.Revision)}-{Short(facts["base"])}-{facts["inputs"][..8]}-{what}.safetensors");

    /// <summary>What the embeddings depend on: data, weights, and how text and images are turned into the towers' input.</summary>
    private static Dictionary<string, string> Facts(IRetrievalDataset dataset, ClipModel model)
    {
        using var inputs = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (
            var name in new[] { VocabularyFiles.VocabFile, VocabularyFiles.MergesFile, TokenizerJson.FileName, ClipFolder.PreprocessorFile }
        )
        {
            var path = Path.Combine(model.Folder, name);
            inputs.AppendData(Encoding.UTF8.GetBytes($"{name}\n"));
            inputs.AppendData(File.Exists(path) ? File.ReadAllBytes(path) : []);
        }
        if (model.Precision != Precision.Full)
        {
            inputs.AppendData(Encoding.UTF8.GetBytes($"{model.Precision}\n")); // other numbers, so another file
        }
        return new Dictionary<string, string>
        {
            ["dataset"] = dataset.Id,
            ["revision"] = dataset.Revision,
            ["base"] = model.Hash,
            ["inputs"] = Convert.ToHexStringLower(inputs.GetHashAndReset()),
        };
    }

    private static bool IsWhole(string path, (long Rows, int Width) wanted, Dictionary<string, string> facts)
    {
        if (!File.Exists(path))
        {
            return false;
        }
        try
        {
            using var file = SafetensorsReader.Open(path); // refuses one that is shorter than its header says
            return IsAsWritten(path)
                && facts.All(fact => file.Metadata?.GetValueOrDefault(fact.Key) == fact.Value)
                && file.Entry(FeatureMatrix.TensorName).Shape.SequenceEqual([wanted.Rows, wanted.Width]);
        }
        catch (EngineException)
        {
            return false; // a damaged cache is computed anew
        }
    }

    private static string Sum(string path) => $"{path}.sha256";

    // Files of earlier versions have no sum beside them.
    private static bool IsAsWritten(string path) => !File.Exists(Sum(path)) || File.ReadAllText(Sum(path)) == Checksum.OfFile(path);

    private void WriteImages(
        string path,
        IRetrievalDataset dataset,
        ClipModel model,
        Dictionary<string, string> facts,
        Action<double, string?> progress,
        CancellationToken stop
    )
    {
        var side = model.Config.Vision.ImageSize;
        var (numbers, shape) = (3 * side * side, (Rows: (long)dataset.ImageCount, Width: model.Config.ProjectionDim));
        var patches = model.Config.Vision.ImageSize / model.Config.Vision.PatchSize;
        var activations = (long)(patches * patches + 1) * model.Config.Vision.Tower.Width;
        var batch = (int)Math.Clamp(ActivationsPerBatch / activations, 1, MostImagesPerBatch);
        var pixels = new float[batch * numbers];
        Tensor Embed(long first, int count)
        {
            var options = new ParallelOptions { CancellationToken = stop };
            try
            {
                Parallel.For(
                    0,
                    count,
                    options,
                    i => model.Preprocessing.Apply(dataset.ReadImage((int)first + i), pixels.AsSpan(i * numbers, numbers))
                );
            }
            catch (AggregateException error) when (error.InnerExceptions.OfType<EngineException>().FirstOrDefault() is { } first_)
            {
                throw first_; // an image that cannot be read any more
            }
            return model.EncodeImages(
                tensor(pixels.AsMemory(0, count * numbers), [count, 3, side, side], ScalarType.Float32, model.Device)
            );
        }
        using var given = GivenEmbeddings.Find(dataset, images: true, shape, Embed, note => progress(0, note));
        FeatureWriter.Write(path, shape, Half(shape), facts, batch, given.Embed, share => progress(share, null), stop);
    }

    private void WriteTexts(
        string path,
        IRetrievalDataset dataset,
        IReadOnlyList<string> texts,
        ClipModel model,
        Dictionary<string, string> facts,
        Action<double, string?> progress,
        CancellationToken stop
    )
    {
        var tokenizer = new ClipTokenizer(model.VocabularyToGrow);
        var shape = (Rows: (long)texts.Count, Width: model.Config.ProjectionDim);
        Tensor Embed(long first, int count) =>
            TextEncoder.Encode(
                model.Text,
                rows => model.TokenEmbedding.index_select(0, tensor(rows, ScalarType.Int64, model.Device)),
                [.. Enumerable.Range((int)first, count).Select(i => tokenizer.Encode(texts[i], model.Text.MaxLength))],
                stop: stop
            );
        using var given = GivenEmbeddings.Find(dataset, images: false, shape, Embed, note => progress(0, note));
        FeatureWriter.Write(path, shape, Half(shape), facts, TextsPerBatch, given.Embed, share => progress(share, null), stop);
    }

    private bool Half((long Rows, int Width) shape) => shape.Rows * shape.Width * sizeof(float) > MostFullPrecision;

    private static string Short(string hash) => hash.Length > 16 ? hash[..16] : hash;
}
