using System.Collections.Concurrent;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Data.Images;
using CllClip.Shared.Languages;

namespace CllClip.Engine.Data.Emoji36;

/// <summary>The embedded benchmark: emoji as drawn by four artists, with their names and keywords in 36 languages. Safe to share between threads.</summary>
public sealed class Emoji36Dataset : ICaptionedDataset
{
    /// <summary>Identifier of the data set and of its headline protocol.</summary>
    public const string DatasetId = "emoji36";

    private const int KeptTexts = 4;

    private readonly Emoji36Store store;
    private readonly IReadOnlyList<byte[]> rendered;
    private readonly ConcurrentDictionary<string, LanguageNames> names = new(StringComparer.Ordinal);
    private readonly List<(string Language, LanguageTexts Texts)> recent = []; // the latest last

    private Emoji36Dataset(Emoji36Store store, IReadOnlyList<byte[]> rendered)
    {
        (this.store, this.rendered) = (store, rendered);
        var split = Emoji36Split.Published();
        var images = split.Select(_ => new[] { -1, -1, -1, -1 }).ToArray();
        for (var i = 0; i < store.Images.Count; i++)
        {
            images[store.Images[i].Emoji][store.Images[i].Artist] = i;
        }
        Emoji = [.. split.Select((s, i) => new EmojiItem(i, s.CodePoint, s.Name, s.Flag, s.Common36, s.Test, s.Validation, images[i]))];
        Languages = [.. LanguageCatalog.All.Select(l => l.Code).Where(store.Header.Texts.ContainsKey)];
    }

    /// <summary>Opens a prepared data set and checks it against its sums; texts are unpacked and pixels rendered when asked for.</summary>
    /// <exception cref="EngineException">It is not prepared, or damaged; the message names the remedy.</exception>
    public static Emoji36Dataset Open(string folder) => Open(folder, []);

    /// <summary>Opens it with the pixels of all images at hand, or of none.</summary>
    internal static Emoji36Dataset Open(string folder, IReadOnlyList<byte[]> rendered)
    {
        var store = Emoji36Store.Open(folder);
        return new(store, rendered.Count == store.Images.Count ? rendered : []);
    }

    /// <inheritdoc/>
    public string Id => DatasetId;

    /// <inheritdoc/>
    public string Name => "Emoji36";

    /// <inheritdoc/>
    public string Revision => store.Header.Revision;

    /// <inheritdoc/>
    public IReadOnlyList<string> Languages { get; }

    /// <inheritdoc/>
    public string HeadlineProtocol => "emoji36";

    /// <inheritdoc/>
    public DatasetDefaults Defaults => TrainingDefaults;

    /// <summary>Its training defaults, known before it is prepared (emoji36.md; the joint vocabulary: docs/decisions/0005).</summary>
    public static DatasetDefaults TrainingDefaults { get; } = new(4e-3, 6, 3_000, 50_000, 128, ["en"]);

    /// <inheritdoc/>
    public int ImageCount => store.Images.Count;

    /// <summary>All emoji in code-point order; the position is the index.</summary>
    public IReadOnlyList<EmojiItem> Emoji { get; }

    /// <summary>Drawings that could not be rendered and so are missing.</summary>
    public IReadOnlyList<string> MissingDrawings => store.Header.Missing;

    /// <inheritdoc/>
    public RgbImage ReadImage(int image) =>
        new(Emoji36Renderer.Size, Emoji36Renderer.Size, rendered.Count > 0 ? [.. rendered[image]] : store.ReadPixels(image));

    /// <summary>The picture of an image for pages.</summary>
    public DisplayImage DisplayImage(int image) =>
        new(store.ReadPicture(image), store.Images[image].Artist == 3 ? "image/webp" : "image/svg+xml");

    /// <summary>The emoji that an image shows.</summary>
    public EmojiItem EmojiOf(int image) => Emoji[store.Images[image].Emoji];

    /// <summary>The artist of an image, a position in <see cref="Emoji36Source.Artists"/>.</summary>
    public int ArtistOf(int image) => store.Images[image].Artist;

    /// <summary>Name of an emoji in a language, or null where it has none.</summary>
    public string? NameOf(string language, int emoji) => NamesOf(language).Of(emoji);

    /// <summary>The data set without the pixels that a fresh preparation had at hand.</summary>
    public Emoji36Dataset WithoutPixels() => rendered.Count > 0 ? new(store, []) : this;

    /// <summary>Keywords of an emoji in a language; may be empty.</summary>
    public IReadOnlyList<string> KeywordsOf(string language, int emoji) => [.. Texts(language).Keywords(emoji)];

    /// <inheritdoc/>
    public IReadOnlyList<string> TrainingTexts(string language)
    {
        var (texts, own) = (Texts(language), NamesOf(language));
        return [.. own.Trained.SelectMany(e => texts.Keywords(e).Prepend(own.Of(e)!)).Distinct(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public int TrainingPairCount(string language) => 2 * NamesOf(language).Trained.Count;

    /// <inheritdoc/>
    public IReadOnlyList<TrainingPair> TrainingEpoch(string language, Random random)
    {
        var (own, english) = (NamesOf(language), NamesOf("en"));
        var (texts, englishTexts) = (Texts(language), Texts("en"));
        var pairs = new List<TrainingPair>(2 * own.Trained.Count);
        foreach (var emoji in own.Trained)
        {
            var name = own.Of(emoji)!;
            var englishName = english.Of(emoji)!;
            pairs.Add(new(Draw(Emoji[emoji].TrainingImages, random), englishName, name, language));
            var image = Draw(Emoji[emoji].TrainingImages, random);
            pairs.Add(
                texts.KeywordCount(emoji) == 0
                    ? new(image, englishName, name, language)
                    : new(image, DrawKeyword(englishTexts, emoji, random) ?? englishName, DrawKeyword(texts, emoji, random)!, language)
                    {
                        Keyword = true,
                    }
            );
        }
        var shuffled = pairs.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }

    /// <inheritdoc/>
    public RetrievalSet? Validation(string language) => Names("emoji36-validation", language, e => !e.Flag, e => e.ValidationImage);

    /// <inheritdoc/>
    public IReadOnlyList<RetrievalSet> Tests(string language) =>
        [
            Names("emoji36", language, e => e.Common36 && e.TestImage >= 0, e => e.TestImage),
            Names("emoji36-all", language, e => !e.Flag, e => e.TestImage),
            Names(
                "emoji36-seen",
                language,
                e => e.Common36 && e.TestImage >= 0,
                e => e.TrainingImages.Count > 0 ? e.TrainingImages[0] : -1
            ),
        ];

    /// <inheritdoc/>
    public string ImageName(int image) => $"{EmojiOf(image).Name}, {Emoji36Source.Artists[ArtistOf(image)].Name}";

    /// <summary>Drawings with names and, in the training split, keywords. Of the test split those of the headline protocol.</summary>
    public CaptionedImages Captioned(string language, CorpusSplit split)
    {
        var own = NamesOf(language);
        if (split == CorpusSplit.Train)
        {
            var texts = Texts(language);
            return CaptionedImages.Of(
                [.. own.Trained.SelectMany(e => Emoji[e].TrainingImages).Order()],
                image => [own.Of(EmojiOf(image).Index)!, .. texts.Keywords(EmojiOf(image).Index)]
            );
        }
        var set = split == CorpusSplit.Validation ? Validation(language)! : Tests(language)[0];
        return CaptionedImages.Of([.. set.ImageOfCaption.Select(i => set.Images[i])], c => set.Captions[c]);
    }

    /// <summary>Names and, in the training split, keywords: each once, however many drawings it has.</summary>
    public IEnumerable<string> Captions(string language, CorpusSplit split) =>
        split switch
        {
            CorpusSplit.Train => TrainingTexts(language),
            CorpusSplit.Validation => Validation(language)!.Captions,
            _ => Tests(language)[0].Captions,
        };

    // Names against one drawing of each emoji, in the order of the emoji; an emoji without name or drawing has no item.
    private RetrievalSet Names(string protocol, string language, Func<EmojiItem, bool> chosen, Func<EmojiItem, int> image)
    {
        var own = NamesOf(language);
        var items = Emoji.Where(e => chosen(e) && image(e) >= 0 && own.Has(e.Index)).ToList();
        return new(
            protocol,
            language,
            [.. items.Select(image)],
            [.. items.Select(e => own.Of(e.Index)!)],
            [.. Enumerable.Range(0, items.Count)]
        );
    }

    private static string? DrawKeyword(LanguageTexts texts, int emoji, Random random) =>
        texts.KeywordCount(emoji) is > 0 and var count ? texts.Keyword(emoji, random.Next(count)).ToString() : null;

    private static T Draw<T>(IReadOnlyList<T> list, Random random) => list[random.Next(list.Count)];

    private LanguageNames NamesOf(string language) => names.GetOrAdd(language, code => new LanguageNames(Texts(code), Emoji));

    /// <summary>Names and keywords of a language. Only the latest few stay unpacked, so that a run's memory does not grow with its languages.</summary>
    internal LanguageTexts Texts(string language)
    {
        lock (recent)
        {
            var at = recent.FindIndex(r => r.Language == language);
            var found = at >= 0 ? recent[at] : (Language: language, Texts: Unpack(language));
            if (at >= 0 || recent.Count == KeptTexts)
            {
                recent.RemoveAt(Math.Max(at, 0));
            }
            recent.Add(found);
            return found.Texts;
        }
    }

    private LanguageTexts Unpack(string language) =>
        store.Header.Texts.ContainsKey(language)
            ? new LanguageTexts(store.ReadTexts(language), Emoji.Count)
            : throw new EngineException($"Emoji36 has no language '{language}'. It has: {string.Join(' ', Languages)}.");
}
