using System.Collections.Concurrent;
using CllClip.Engine.Data.Images;

namespace CllClip.Engine.Data.Corpora;

/// <summary>
/// A prepared data set of the user's own. Its captions are read from the user's files, language by language, when they are asked for; images when they
/// are embedded. Safe to share between threads.
/// </summary>
public sealed class CorpusDataset : ICaptionedDataset, IEmbeddedDataset
{
    /// <summary>Every caption is a query; an image's best own caption counts (the paper's).</summary>
    public const string AllCaptions = "all-captions";

    /// <summary>The first caption of each image alone.</summary>
    public const string FirstCaption = "first-caption";

    /// <summary>Mean over five folds of 1,000 images.</summary>
    public const string FiveFolds = "coco-1k";

    private const int KeptLanguages = 2;
    private const int ImagesPerFold = 1_000;

    private readonly CorpusManifest _manifest;
    private readonly CorpusCaptions _captions;
    private readonly int[] _used; // position in the manifest of each image here
    private readonly int[] _here; // position here of each image of the manifest, -1 for one that is left out
    private readonly int _folds;
    private readonly Lazy<EnglishLines> _english;
    private readonly ConcurrentDictionary<(string Language, CorpusSplit Split), SplitCaptions> _splits = new();
    private readonly List<(string Language, LanguageTraining Training)> _recent = []; // the latest last

    private CorpusDataset(CorpusManifest manifest, CorpusSource source)
    {
        _manifest = manifest;
        _captions = new CorpusCaptions(source, new CorpusImages(manifest.Images, manifest.LeftOut));
        _folds = CorpusLayouts.Find(manifest.Registration.Kind)!.Folds;
        _used = [.. Enumerable.Range(0, manifest.Images.Count).Except(manifest.LeftOut)];
        _here = new int[manifest.Images.Count];
        Array.Fill(_here, -1);
        for (var i = 0; i < _used.Length; i++)
        {
            _here[_used[i]] = i;
        }
        _english = new Lazy<EnglishLines>(() => Reading(() => _captions.ReadLines(CorpusReport.Silent(), CancellationToken.None)));
        Languages = [.. manifest.Languages.Keys.OrderBy(l => l != "en").ThenBy(l => l, StringComparer.Ordinal)];
    }

    /// <summary>Opens a prepared data set where it lies.</summary>
    /// <exception cref="EngineException">Its files are gone or have changed since it was prepared; the message names the first.</exception>
    public static CorpusDataset Open(CorpusManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var (source, _) = CorpusLayouts.Open(manifest.Registration);
        var dataset = new CorpusDataset(manifest, source);
        dataset.CheckFiles(source.Files);
        return dataset;
    }

    /// <summary>The paper's training defaults: they belong to these corpora and an OpenAI CLIP.</summary>
    public static DatasetDefaults TrainingDefaults { get; } = new(5e-5, 3, 10_000, 200_000, 128, []);

    /// <summary>What was prepared.</summary>
    public CorpusManifest Manifest => _manifest;

    /// <inheritdoc/>
    public string Id => _manifest.Registration.Id;

    /// <inheritdoc/>
    public string Name => _manifest.Registration.Name;

    /// <inheritdoc/>
    public string Revision => _manifest.Revision;

    /// <inheritdoc/>
    public IReadOnlyList<string> Languages { get; }

    /// <inheritdoc/>
    public string HeadlineProtocol => AllCaptions;

    /// <inheritdoc/>
    public DatasetDefaults Defaults => TrainingDefaults;

    /// <inheritdoc/>
    public int ImageCount => _used.Length;

    /// <inheritdoc/>
    public RgbImage ReadImage(int image) =>
        ImageDecoder.DecodeFile(Path.Combine(_manifest.ImageFolder, _manifest.Images[_used[image]]), DecodePolicy.Benchmark);

    /// <inheritdoc/>
    public IReadOnlyList<string> TrainingTexts(string language) => [.. Training(language).Captions.All().Distinct(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public int TrainingPairCount(string language) => Of(language).Training;

    /// <inheritdoc/>
    public IReadOnlyList<TrainingPair> TrainingEpoch(string language, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var (training, english) = (Training(language), _english.Value);
        var pairs = new TrainingPair[training.Lines.Length];
        for (var i = 0; i < pairs.Length; i++)
        {
            var line = training.Lines[i];
            pairs[i] = new TrainingPair(_here[english.Images[line]], english.English[line], training.Captions[i], language);
        }
        random.Shuffle(pairs);
        return pairs;
    }

    /// <inheritdoc/>
    public RetrievalSet? Validation(string language) =>
        Of(language).ValidationCaptions > 0 ? Set(AllCaptions, language, Split(language, CorpusSplit.Validation)) : null;

    /// <inheritdoc/>
    public IReadOnlyList<RetrievalSet> Tests(string language)
    {
        if (Of(language).TestCaptions == 0)
        {
            return [];
        }
        var all = Set(AllCaptions, language, Split(language, CorpusSplit.Test));
        var sets = new List<RetrievalSet> { all, First(all) };
        if (_folds > 0 && all.Images.Count == _folds * ImagesPerFold)
        {
            sets.Add(all with { Protocol = FiveFolds, Folds = _folds });
        }
        return sets;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ImageEmbeddingFiles => Embeddings("_vision_embeddings.npy");

    /// <inheritdoc/>
    public IReadOnlyList<string> EnglishEmbeddingFiles => Embeddings("_sentence_embeddings.npy");

    /// <inheritdoc/>
    public IReadOnlyList<int> ImageRows(long rows) => rows == _manifest.TrainingImages ? [.. _used.Select(i => i < rows ? i : -1)] : [];

    /// <inheritdoc/>
    public IReadOnlyList<int> EnglishRows(long rows)
    {
        var english = _english.Value;
        if (rows != english.English.Count)
        {
            return [];
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. Enumerable.Range(0, english.English.Count).Where(i => english.Images[i] >= 0 && seen.Add(english.English[i]))]; // as TrainingTexts("en")
    }

    /// <inheritdoc/>
    public string ImageName(int image) => _manifest.Images[_used[image]];

    /// <inheritdoc/>
    public CaptionedImages Captioned(string language, CorpusSplit split)
    {
        if (!Has(language, split))
        {
            return CaptionedImages.Of([], _ => "");
        }
        if (split == CorpusSplit.Train)
        {
            var (training, english) = (Training(language), _english.Value);
            return CaptionedImages.Of([.. training.Lines.Select(l => _here[english.Images[l]])], c => training.Captions[c]);
        }
        var read = Split(language, split);
        return CaptionedImages.Of([.. read.ImageOfCaption.Select(i => read.Images[i])], c => read.Captions[c]);
    }

    /// <inheritdoc/>
    public IEnumerable<string> Captions(string language, CorpusSplit split) =>
        !Has(language, split) ? []
        : split == CorpusSplit.Train ? Training(language).Captions.All()
        : Split(language, split).Captions.All();

    private bool Has(string language, CorpusSplit split) =>
        split switch
        {
            CorpusSplit.Train => Of(language).Training,
            CorpusSplit.Validation => Of(language).ValidationCaptions,
            _ => Of(language).TestCaptions,
        } > 0;

    private static RetrievalSet Set(string protocol, string language, SplitCaptions split) =>
        new(protocol, language, split.Images, [.. split.Captions.All()], split.ImageOfCaption);

    private static RetrievalSet First(RetrievalSet all)
    {
        int[] first = [.. Enumerable.Range(0, all.Captions.Count).Where(c => c == 0 || all.ImageOfCaption[c] != all.ImageOfCaption[c - 1])];
        return all with
        {
            Protocol = FirstCaption,
            Captions = [.. first.Select(c => all.Captions[c])],
            ImageOfCaption = [.. first.Select(c => all.ImageOfCaption[c])],
        };
    }

    private CorpusLanguage Of(string language) =>
        _manifest.Languages.TryGetValue(language, out var found)
            ? found
            : throw new EngineException($"{Name} has no language '{language}'. It has: {string.Join(' ', Languages)}.");

    private SplitCaptions Split(string language, CorpusSplit split) =>
        _splits.GetOrAdd(
            (language, split),
            key =>
            {
                var read = Reading(() => _captions.ReadSplit(key.Language, key.Split, CorpusReport.Silent(), CancellationToken.None));
                return read with { Images = [.. read.Images.Select(i => _here[i])] };
            }
        );

    private LanguageTraining Training(string language)
    {
        if (Of(language).Training == 0)
        {
            return new LanguageTraining([], new Utf8List());
        }
        var english = _english.Value;
        lock (_recent)
        {
            var at = _recent.FindIndex(r => r.Language == language);
            var found = at >= 0 ? _recent[at] : (Language: language, Training: Reading(() => Read(language, english)));
            if (at >= 0 || _recent.Count == KeptLanguages)
            {
                _recent.RemoveAt(Math.Max(at, 0));
            }
            _recent.Add(found);
            return found.Training;
        }
    }

    private LanguageTraining Read(string language, EnglishLines english)
    {
        var training = _captions.ReadTraining(language, english, CorpusReport.Silent(), CancellationToken.None);
        return training.Lines.Length == Of(language).Training
            ? training
            : throw new EngineException(
                $"{Name} has {training.Lines.Length} training captions in '{language}' now, {Of(language).Training} when it was prepared. Prepare it again."
            );
    }

    /// <summary>Reads files that were checked when they were prepared; what a disk says now has to be said.</summary>
    private T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{Name} cannot be read: {error.Message}", error);
        }
    }

    private void CheckFiles(IReadOnlyList<string> files)
    {
        foreach (var file in _manifest.Files)
        {
            var now = new FileInfo(file.Path);
            var same =
                now.Exists
                && now.Length == file.Size
                && (
                    now.LastWriteTimeUtc == file.Modified
                    || CorpusPreparation.Hashed(file.Path, CancellationToken.None).Sha256 == file.Sha256
                );
            if (!same)
            {
                throw new EngineException(
                    $"{file.Path} {(now.Exists ? "has changed since" : "is gone;")} {Name} was prepared{(now.Exists ? "" : " with it")}. Prepare the data set again."
                );
            }
        }
        if (files.Except(_manifest.Files.Select(f => f.Path)).FirstOrDefault() is { } added)
        {
            throw new EngineException($"{added} was added after {Name} was prepared. Prepare the data set again.");
        }
    }

    private IReadOnlyList<string> Embeddings(string ending)
    {
        var root = Directory.Exists(_manifest.Registration.Folder)
            ? _manifest.Registration.Folder
            : Path.GetDirectoryName(_manifest.Registration.Folder)!;
        return
        [
            .. new[]
            {
                Path.Combine(root, "corpus", $"multilingual_{_manifest.Registration.Kind}", "36langs", "embeddings"),
                Path.Combine(root, "embeddings"),
            }
                .Where(Directory.Exists)
                .SelectMany(f => Directory.EnumerateFiles(f, "*" + ending).Order(StringComparer.Ordinal)),
        ];
    }
}
