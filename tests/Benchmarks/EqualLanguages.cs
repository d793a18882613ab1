using CllClip.Engine.Data;
using CllClip.Engine.Data.Images;

namespace CllClip.Benchmarks;

/// <summary>
/// As many generated languages as wanted, all of one size: each writes with letters of its own (three bytes each), has its own words, and draws them with a
/// chance in proportion to 1/n. A task of one of them costs what a task of any other costs, but for what came before.
/// </summary>
/// <param name="count">Languages; the first is <c>en</c>, which the teacher reads.</param>
internal sealed class EqualLanguages(int count) : IRetrievalDataset
{
    private const int Letters = 24;
    private const int FirstLetter = 0x4E00;
    private const int Words = 12_000;
    private const int Texts = 6_000;
    private const int WordsPerText = 10;

    /// <summary>Pairs of an epoch: four batches of 128, so that the fixed costs of a task show.</summary>
    public const int TrainingPairs = 512;

    private readonly Dictionary<string, string[]> _texts = new(StringComparer.Ordinal); // the teacher's and those read last: data are not the run's memory

    /// <inheritdoc/>
    public string Id => "equal";

    /// <inheritdoc/>
    public string Name => "Equal languages";

    /// <inheritdoc/>
    public string Revision => "1";

    /// <inheritdoc/>
    public IReadOnlyList<string> Languages { get; } = [.. Enumerable.Range(0, count).Select(i => i == 0 ? "en" : $"x{i}")];

    /// <inheritdoc/>
    public string HeadlineProtocol => "none";

    /// <inheritdoc/>
    public DatasetDefaults Defaults => new(1e-3, 1, 10_000, 200_000, 128, []);

    /// <inheritdoc/>
    public int ImageCount => TrainingPairs;

    /// <inheritdoc/>
    public RgbImage ReadImage(int image) => throw new NotSupportedException("There are no pictures.");

    /// <inheritdoc/>
    public IReadOnlyList<string> TrainingTexts(string language)
    {
        if (_texts.TryGetValue(language, out var known))
        {
            return known;
        }
        foreach (var last in _texts.Keys.Where(l => l != "en").ToList())
        {
            _texts.Remove(last);
        }
        return _texts[language] = Make(Languages.ToList().IndexOf(language));
    }

    /// <inheritdoc/>
    public IReadOnlyList<TrainingPair> TrainingEpoch(string language, Random random)
    {
        var (texts, english) = (TrainingTexts(language), TrainingTexts("en"));
        return
        [
            .. Enumerable
                .Range(0, TrainingPairs)
                .Select(i =>
                {
                    var text = random.Next(texts.Count);
                    return new TrainingPair(i, english[text], texts[text], language);
                }),
        ];
    }

    /// <inheritdoc/>
    public int TrainingPairCount(string language) => TrainingPairs;

    /// <inheritdoc/>
    public RetrievalSet? Validation(string language) => null;

    /// <inheritdoc/>
    public IReadOnlyList<RetrievalSet> Tests(string language) => [];

    private static string[] Make(int language)
    {
        var random = new Random(7); // the same draws in other letters: equal down to the bytes
        char Letter() => (char)(FirstLetter + (language * Letters) + random.Next(Letters));
        var words = new HashSet<string>(StringComparer.Ordinal);
        while (words.Count < Words)
        {
            words.Add(string.Concat(Enumerable.Range(0, random.Next(3, 6)).Select(_ => Letter())));
        }
        string[] all = [.. words];
        string Word() => all[(int)Math.Pow(Words, random.NextDouble()) - 1]; // the n-th with a chance of about 1/n
        // every word occurs, so that the vocabulary is filled
        string Text(int i) =>
            $"{string.Join(' ', Enumerable.Range(0, WordsPerText - 2).Select(_ => Word()))} {all[2 * i]} {all[(2 * i) + 1]}";
        return [.. Enumerable.Range(0, Texts).Select(Text)];
    }
}
