using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Images;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>A small data set made in memory: 24 pictures of noise, each named in four languages by two words.</summary>
public sealed class ToyDataset : IRetrievalDataset
{
    private const int Side = 64;

    private static readonly Dictionary<string, (string[] First, string[] Second)> Words = new()
    {
        ["en"] = (["red", "green", "blue", "black"], ["cat", "dog", "house", "tree", "sun", "fish"]),
        ["de"] = (["rot", "grün", "blau", "schwarz"], ["Katze", "Hund", "Haus", "Baum", "Sonne", "Fisch"]),
        ["ja"] = (["赤い", "緑の", "青い", "黒い"], ["猫", "犬", "家", "木", "太陽", "魚"]),
        ["ar"] = (["أحمر", "أخضر", "أزرق", "أسود"], ["قطة", "كلب", "منزل", "شجرة", "شمس", "سمكة"]),
    };

    public string Id { get; init; } = "toy";
    public string Name { get; init; } = "Toy";
    public string Revision { get; init; } = "toy-1";
    public IReadOnlyList<string> Languages { get; init; } = [.. Words.Keys];
    public string HeadlineProtocol { get; init; } = "toy";
    public DatasetDefaults Defaults { get; } = new(4e-3, 2, 60, 120, 8, ["en"]);
    public int ImageCount => Things;

    /// <summary>Number of pictures.</summary>
    public int Things { get; init; } = 24;

    /// <summary>Called with the language whenever an epoch of training begins: lets a test act in the middle of a run.</summary>
    public Action<string>? EpochBegins { get; set; }

    public RgbImage ReadImage(int image)
    {
        var pixels = new byte[3 * Side * Side];
        new Random(image).NextBytes(pixels);
        return new RgbImage(Side, Side, pixels);
    }

    public IReadOnlyList<string> TrainingTexts(string language) =>
        Words.ContainsKey(language)
            ? [.. Enumerable.Range(0, Things).Select(i => Caption(language, i))]
            : throw new EngineException($"Toy has no language '{language}'.");

    public IReadOnlyList<TrainingPair> TrainingEpoch(string language, Random random)
    {
        EpochBegins?.Invoke(language);
        TrainingPair[] pairs =
        [
            .. Enumerable.Range(0, Things).Select(i => new TrainingPair(i, Caption("en", i), Caption(language, i), language)),
        ];
        random.Shuffle(pairs);
        return pairs;
    }

    public int TrainingPairCount(string language) => Things;

    public RetrievalSet? Validation(string language) => Set("toy-validation", language);

    public IReadOnlyList<RetrievalSet> Tests(string language) => [Set(HeadlineProtocol, language)];

    private RetrievalSet Set(string protocol, string language) =>
        new(
            protocol,
            language,
            [.. Enumerable.Range(0, Things)],
            [.. Enumerable.Range(0, Things).Select(i => Caption(language, i))],
            [.. Enumerable.Range(0, Things)]
        );

    private static string Caption(string language, int thing) => $"{Words[language].First[thing % 4]} {Words[language].Second[thing / 4]}";
}
