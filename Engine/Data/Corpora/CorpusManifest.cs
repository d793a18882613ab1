using System.Text.Json;

namespace CllClip.Engine.Data.Corpora;

/// <summary>A file with text of a prepared data set.</summary>
/// <param name="Path">Path, absolute.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">When it was last written, UTC.</param>
/// <param name="Sha256">Hash of its content.</param>
public sealed record CorpusFile(string Path, long Size, DateTime Modified, string Sha256);

/// <summary>What a data set has in one language.</summary>
/// <param name="Training">Training pairs.</param>
/// <param name="ValidationImages">Validation images.</param>
/// <param name="ValidationCaptions">Their captions.</param>
/// <param name="TestImages">Test images.</param>
/// <param name="TestCaptions">Their captions.</param>
public sealed record CorpusLanguage(int Training, int ValidationImages, int ValidationCaptions, int TestImages, int TestCaptions);

/// <summary>What preparing a data set found: counts, hashes, the order of its images. The captions stay in the user's files.</summary>
public sealed record CorpusManifest
{
    /// <summary>Version of this form.</summary>
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Version of the form it was written in.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>What was prepared.</summary>
    public required CorpusRegistration Registration { get; init; }

    /// <summary>Hash of all texts, all images and what is left out: the same revision means the same data.</summary>
    public required string Revision { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTime PreparedAt { get; init; }

    /// <summary>The files with text.</summary>
    public required IReadOnlyList<CorpusFile> Files { get; init; }

    /// <summary>Folder of the images, absolute.</summary>
    public required string ImageFolder { get; init; }

    /// <summary>Images in the order in which they are first named, relative to <see cref="ImageFolder"/>.</summary>
    public required IReadOnlyList<string> Images { get; init; }

    /// <summary>Images that are named by training captions: the first so many of <see cref="Images"/>.</summary>
    public required int TrainingImages { get; init; }

    /// <summary>Positions of the images that are left out with their captions.</summary>
    public required IReadOnlyList<int> LeftOut { get; init; }

    /// <summary>What it has, by language code.</summary>
    public required IReadOnlyDictionary<string, CorpusLanguage> Languages { get; init; }

    /// <summary>SHA-256 of the manifest with an empty seal; null where an earlier version wrote it.</summary>
    public string? Seal { get; init; }

    /// <summary>Reads a manifest; null where there is none or an older version wrote it.</summary>
    /// <exception cref="EngineException">It is damaged.</exception>
    public static CorpusManifest? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            var manifest = JsonSerializer.Deserialize<CorpusManifest>(File.ReadAllBytes(path), Json);
            if (manifest?.Seal is { } seal && seal != manifest.Sealed().Seal)
            {
                throw new JsonException("it is not what was written");
            }
            return manifest?.Format == CurrentFormat ? manifest : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} is damaged ({error.Message}). Prepare the data set again.", error);
        }
    }

    /// <summary>Writes it, whole or not at all.</summary>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public void Write(string path) => AtomicFile.Write(path, s => JsonSerializer.Serialize(s, Sealed(), Json));

    private CorpusManifest Sealed() => this with { Seal = Checksum.OfJson(this with { Seal = "" }, Json) };
}
