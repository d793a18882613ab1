using System.Security.Cryptography;
using System.Text;
using CllClip.Engine.Data.Images;
using CllClip.Engine.Model;
using CllClip.Engine.Tokenizer;
using static TorchSharp.torch;

namespace CllClip.Engine.Data;

/// <summary>Progress of embedding a data set with its teacher.</summary>
/// <param name="Phase">What is being done, in words.</param>
/// <param name="Fraction">Share done, 0 to 1.</param>
public sealed record FeatureProgress(string Phase, double Fraction);

/// <summary>Teacher embeddings of a data set's images and English captions, computed once per (data revision, base model hash) and kept on disk.</summary>
/// <param name="folder">Folder of all caches; created when needed.</param>
public sealed class FeatureCache(string folder)
{
    private const int ImagesPerBatch = 256;

    /// <summary>The embeddings, read from disk or computed; a half-written file is never taken for a whole one.</summary>
    /// <exception cref="EngineException">The base model has no vocabulary, or the disk refuses.</exception>
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
        var path = Path.Combine(folder, $"{dataset.Id}-{Short(dataset.Revision)}-{Short(model.Hash)}.safetensors");
        if (TryRead(path, dataset, texts, model) is { } found)
        {
            return found;
        }
        using var scope = NewDisposeScope();
        var images = EmbedImages(dataset, model, progress, stop);
        progress?.Report(new FeatureProgress("English captions", 0.97));
        var english = EmbedTexts(model, texts, stop);
        SafetensorsWriter.Write(path, new Dictionary<string, Tensor> { ["images"] = images, ["english"] = english }, Facts(dataset, model));
        progress?.Report(new FeatureProgress("Embeddings", 1));
        return new TeacherFeatures(images.DetachFromDisposeScope(), english.DetachFromDisposeScope(), texts);
    }

    /// <summary>What the embeddings depend on: data, weights, and how text and images are turned into the towers' input.</summary>
    private static Dictionary<string, string> Facts(IRetrievalDataset dataset, ClipModel model)
    {
        using var inputs = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in new[] { VocabularyFiles.VocabFile, VocabularyFiles.MergesFile, ClipFolder.PreprocessorFile })
        {
            var path = Path.Combine(model.Folder, name);
            inputs.AppendData(Encoding.UTF8.GetBytes($"{name}\n"));
            inputs.AppendData(File.Exists(path) ? File.ReadAllBytes(path) : []);
        }
        return new Dictionary<string, string>
        {
            ["dataset"] = dataset.Id,
            ["revision"] = dataset.Revision,
            ["base"] = model.Hash,
            ["inputs"] = Convert.ToHexStringLower(inputs.GetHashAndReset()),
        };
    }

    private static TeacherFeatures? TryRead(string path, IRetrievalDataset dataset, IReadOnlyList<string> texts, ClipModel model)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            using var file = SafetensorsReader.Open(path);
            if (Facts(dataset, model).Any(fact => file.Metadata?.GetValueOrDefault(fact.Key) != fact.Value))
            {
                return null;
            }
            using var scope = NewDisposeScope();
            var (images, english) = (file.ReadTensor("images"), file.ReadTensor("english"));
            if (images.shape[0] == dataset.ImageCount && english.shape[0] == texts.Count)
            {
                return new TeacherFeatures(
                    images.to(model.Device).DetachFromDisposeScope(),
                    english.to(model.Device).DetachFromDisposeScope(),
                    texts
                );
            }
        }
        catch (EngineException)
        {
            // a damaged cache is computed anew
        }
        return null;
    }

    private static Tensor EmbedImages(
        IRetrievalDataset dataset,
        ClipModel model,
        IProgress<FeatureProgress>? progress,
        CancellationToken stop
    )
    {
        using var scope = NewDisposeScope();
        var side = model.Config.Vision.ImageSize;
        var numbers = 3 * side * side;
        var pixels = new float[ImagesPerBatch * numbers];
        var parts = new List<Tensor>();
        for (var first = 0; first < dataset.ImageCount; first += ImagesPerBatch)
        {
            stop.ThrowIfCancellationRequested();
            using var batch = NewDisposeScope();
            var count = Math.Min(ImagesPerBatch, dataset.ImageCount - first);
            Parallel.For(
                0,
                count,
                i =>
                {
                    var image = new RgbImage(dataset.ImageSize, dataset.ImageSize, dataset.ReadPixels(first + i));
                    model.Preprocessing.Apply(image, pixels.AsSpan(i * numbers, numbers));
                }
            );
            var input = tensor(pixels.AsMemory(0, count * numbers), [count, 3, side, side], ScalarType.Float32, model.Device);
            parts.Add(model.EncodeImages(input).MoveToOuterDisposeScope());
            progress?.Report(new FeatureProgress("Drawings", 0.97 * (first + count) / dataset.ImageCount));
        }
        return cat(parts).MoveToOuterDisposeScope();
    }

    private static Tensor EmbedTexts(ClipModel model, IReadOnlyList<string> texts, CancellationToken stop)
    {
        var vocabulary =
            model.Vocabulary
            ?? throw new EngineException($"{model.Folder} has no vocab.json and merges.txt; add the model's tokenizer files.");
        var tokenizer = new ClipTokenizer(vocabulary);
        var ids = texts.Select(t => tokenizer.Encode(t, model.Text.MaxLength)).ToList();
        return TextEncoder.Encode(
            model.Text,
            rows => model.TokenEmbedding.index_select(0, tensor(rows, ScalarType.Int64, model.Device)),
            ids,
            stop: stop
        );
    }

    private static string Short(string hash) => hash.Length > 16 ? hash[..16] : hash;
}

/// <summary>What the frozen teacher says of a data set: one row an image, one row an English training caption; not normalised.</summary>
public sealed class TeacherFeatures : IDisposable
{
    private readonly Dictionary<string, int> _rowOf;

    internal TeacherFeatures(Tensor images, Tensor english, IReadOnlyList<string> texts)
    {
        (Images, English) = (images, english);
        _rowOf = texts.Select((t, i) => (t, i)).ToDictionary(x => x.t, x => x.i, StringComparer.Ordinal);
    }

    /// <summary>Image embeddings v. [N, D]</summary>
    public Tensor Images { get; }

    /// <summary>English caption embeddings e. [E, D]</summary>
    public Tensor English { get; }

    /// <summary>Row of an English caption.</summary>
    /// <exception cref="EngineException">It is not among the data set's English training captions.</exception>
    public int RowOf(string english) =>
        _rowOf.TryGetValue(english, out var row)
            ? row
            : throw new EngineException($"'{english}' is not among the data set's English training captions.");

    /// <summary>Image embeddings as numbers, row by row, for search. [N · D]</summary>
    public float[] ImageRows()
    {
        using var scope = NewDisposeScope();
        var plain = Images.cpu().to_type(ScalarType.Float32).contiguous();
        return plain.Elements<float>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        English.Dispose();
    }
}
