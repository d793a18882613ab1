using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Images;

namespace CllClip.Benchmarks;

/// <summary>
/// Emoji36 with each emoji's name taken out of its keywords, for docs/reproduction.md: CLDR lists the name among the keywords of most emoji, and the
/// specification leaves open whether a random keyword may be the name.
/// </summary>
internal sealed class NamesOutOfKeywords(Emoji36Dataset dataset) : IRetrievalDataset
{
    private readonly Dictionary<string, List<(EmojiItem Emoji, string Name, string[] Keywords)>> _items = [];

    public string Id => dataset.Id;
    public string Name => dataset.Name;
    public string Revision => dataset.Revision;
    public IReadOnlyList<string> Languages => dataset.Languages;
    public string HeadlineProtocol => dataset.HeadlineProtocol;
    public DatasetDefaults Defaults => dataset.Defaults;
    public int ImageCount => dataset.ImageCount;

    public RgbImage ReadImage(int image) => dataset.ReadImage(image);

    public IReadOnlyList<string> TrainingTexts(string language) => dataset.TrainingTexts(language); // the same set of texts

    public int TrainingPairCount(string language) => dataset.TrainingPairCount(language);

    public RetrievalSet? Validation(string language) => dataset.Validation(language);

    public IReadOnlyList<RetrievalSet> Tests(string language) => dataset.Tests(language);

    public IReadOnlyList<TrainingPair> TrainingEpoch(string language, Random random)
    {
        var english = Items("en").ToDictionary(i => i.Emoji.Index);
        var pairs = new List<TrainingPair>();
        foreach (var (emoji, name, keywords) in Items(language))
        {
            var (_, partner, partners) = english[emoji.Index];
            int Image() => emoji.TrainingImages[random.Next(emoji.TrainingImages.Count)];
            pairs.Add(new(Image(), partner, name, language));
            pairs.Add(
                keywords.Length == 0
                    ? new(Image(), partner, name, language)
                    : new(
                        Image(),
                        partners.Length == 0 ? partner : partners[random.Next(partners.Length)],
                        keywords[random.Next(keywords.Length)],
                        language
                    )
            );
        }
        var shuffled = pairs.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }

    private List<(EmojiItem Emoji, string Name, string[] Keywords)> Items(string language) =>
        _items.TryGetValue(language, out var known)
            ? known
            : _items[language] = [
                .. dataset
                    .Emoji.Where(e => dataset.NameOf(language, e.Index) is not null && e.TrainingImages.Count > 0)
                    .Select(e =>
                        (
                            e,
                            dataset.NameOf(language, e.Index)!,
                            dataset
                                .KeywordsOf(language, e.Index)
                                .Where(k => !k.Equals(dataset.NameOf(language, e.Index), StringComparison.OrdinalIgnoreCase))
                                .ToArray()
                        )
                    ),
            ];
}
