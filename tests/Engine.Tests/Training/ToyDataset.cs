using CllClip.Engine.Data;
using CllClip.Engine.Data.Images;

namespace CllClip.Engine.Tests.Training;

/// <summary>A small data set made in memory: 24 coloured squares, each named in four languages by two words; or a part of it under another name.</summary>
public sealed class ToyDataset : IRetrievalDataset
{
    private const int Side = 64;

    private static readonly Dictionary<string, (string[] First, string[] Second)> Words = new()
    {
        ["en"] = (["red", "green", "blue", "black"], ["cat", "dog", "house", "tree", "sun", "fish"]),
        ["de"] = (["rot", "grün", "blau", "schwarz"], ["Katze", "Hund", "Haus", "Baum", "Sonne", "Fisch"]),
        ["ja"] = (["赤い", "緑の", "青い", "黒い"], ["猫", "犬", "家", "木", "太陽", "魚"]),
        ["ar"] = (["أحمر", "أخضر", "أزرق", "أسود"], ["قطة", "كلب", "منزل", "شجرة", "شمس", "سمكة"]),
        ["eo"] = (["ruĝa", "verda", "blua", "nigra"], ["kato", "hundo", "domo", "arbo", "suno", "fiŝo"]), // not one of the 36
    };

    public string Id { get; init; } = "toy";
    public string Name => "Toy";
    public string Revision => $"{Id}-1";
    public IReadOnlyList<string> Languages { get; init; } = ["en", "de", "ja", "ar"];
    public string HeadlineProtocol { get; init; } = "toy";
    public DatasetDefaults Defaults { get; } = new(4e-3, 2, 60, 120, 8, ["en"]);
    public int ImageCount => Things;

    /// <summary>Whether every second caption counts as a keyword.</summary>
    public bool KeywordsToo { get; init; }

    /// <summary>Called as each training text is read, with how many of its language were before it.</summary>
    public Action<int>? TextRead { get; init; }

    /// <summary>Number of pictures.</summary>
    public int Things { get; init; } = 24;

    public RgbImage ReadImage(int image)
    {
        var draws = new Random(image);
        var pixels = new byte[3 * Side * Side];
        draws.NextBytes(pixels);
        return new RgbImage(Side, Side, pixels);
    }

    public IReadOnlyList<string> TrainingTexts(string language) =>
        Words.ContainsKey(language)
            ? new Texts([.. Enumerable.Range(0, Things).Select(i => Caption(language, i))], TextRead)
            : throw new EngineException($"Toy has no language '{language}'.");

    public IReadOnlyList<TrainingPair> TrainingEpoch(string language, Random random)
    {
        TrainingPair[] pairs =
        [
            .. Enumerable
                .Range(0, Things)
                .Select(i => new TrainingPair(i, Caption("en", i), Caption(language, i), language) { Keyword = KeywordsToo && i % 2 == 1 }),
        ];
        random.Shuffle(pairs);
        return pairs;
    }

    public int TrainingPairCount(string language) => Things;

    public RetrievalSet? Validation(string language) => Set("toy-validation", language);

    public IReadOnlyList<RetrievalSet> Tests(string language) =>
        Languages.Contains(language) ? [Set(HeadlineProtocol, language)] : throw new EngineException($"Toy has no language '{language}'.");

    private sealed class Texts(string[] texts, Action<int>? read) : IReadOnlyList<string>
    {
        public int Count => texts.Length;

        public string this[int index] => texts[index];

        public IEnumerator<string> GetEnumerator() =>
            texts
                .Select(
                    (text, before) =>
                    {
                        read?.Invoke(before);
                        return text;
                    }
                )
                .GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

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
