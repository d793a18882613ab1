using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Data.Statistics;
using CllClip.Engine.Tests.Data.Corpora;
using CllClip.Engine.Tokenizer;
using Xunit;

namespace CllClip.Engine.Tests.Data.Statistics;

/// <summary>Statistics of captions against the plainest way to count them.</summary>
public sealed class CaptionStatisticsTests : IDisposable
{
    private static readonly Vocabulary Base = Vocabulary.LoadIfThere(Path.Combine(Root(), "models", "emoji-base"))!;
    private readonly string _folder = Directory.CreateTempSubdirectory("cllclip-statistics-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("jsonl")]
    [InlineData("coco")]
    public void Every_figure_is_what_naive_counting_gives(string layout)
    {
        var dataset = Prepared(layout);
        var found = CaptionStatistics.Compute(dataset, Base);
        Assert.Equal((dataset.Revision, CaptionStatistics.HashOf(Base)), (found.Revision, found.Vocabulary));
        Assert.Equal(dataset.Languages, found.Languages.Select(l => l.Language));
        var (bases, growns) = (new Dictionary<string, HashSet<string>>(), new Dictionary<string, HashSet<string>>());
        foreach (var l in found.Languages)
        {
            var train = Captions(l.Language, 0, SmallCorpora.TrainImages);
            List<string> all =
            [
                .. train,
                .. Captions(l.Language, SmallCorpora.TrainImages, SmallCorpora.ValImages + SmallCorpora.TestImages),
            ];
            Assert.Equal((24, 10, 12), (l.Training, l.Validation, l.Test));
            Lengths(l.Characters, [.. all.Select(c => c.Length)]); // no caption here has a character of several code units
            int[] words = [.. all.Select(c => c.Split(' ').Length)];
            if (l.Language == "ja")
            {
                Assert.Null(l.Words);
            }
            else
            {
                Lengths(l.Words!, words);
            }
            var trained = BpeTrainer.Train(train.Distinct(), new BpeTrainingOptions { VocabularySize = 10_000 });
            var grown = Base.Grow(trained);
            Assert.Equal(grown.Count - Base.Count, l.Added);
            bases[l.Language] = Tokens(Base, all, l.Base, l.Words is null ? null : words.Sum());
            growns[l.Language] = Tokens(grown, all, l.Grown!, l.Words is null ? null : words.Sum());
        }
        foreach (var l in found.Languages)
        {
            Shared(l.Language, bases, l.Base);
            Shared(l.Language, growns, l.Grown!);
        }
    }

    [Fact]
    public void Characters_are_those_a_reader_counts() => Assert.Equal(5, CaptionStatistics.Characters("e\u0301👩‍👩‍👧นี่x한"));

    [Fact]
    public void A_test_set_alone_has_no_grown_vocabulary()
    {
        var found = CaptionStatistics.Compute(Prepared("xm3600"), Base);
        Assert.All(found.Languages, l => Assert.Equal((0, null, null), (l.Training, l.Grown, l.Added)));
        Assert.All(found.Languages, l => Assert.Equal(12, l.Test));
    }

    [Fact]
    public void It_tells_how_far_it_is_and_stops()
    {
        var dataset = Prepared("jsonl");
        var told = new List<StatisticsProgress>();
        CaptionStatistics.Compute(dataset, Base, new Told(told.Add));
        Assert.Equal(["de", "en", "ja", null], told.Select(t => t.Language).Order().OrderBy(l => l is null));
        Assert.Equal((0, 1), (told[0].Fraction, told[^1].Fraction));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => CaptionStatistics.Compute(dataset, Base, null, stop.Token));
    }

    [Fact]
    public void The_vocabulary_s_hash_depends_on_tokens_and_merges()
    {
        var grown = Base.Grow(BpeTrainer.Train(["zzqx zzqx"], new BpeTrainingOptions { VocabularySize = 10 }));
        Assert.NotEqual(CaptionStatistics.HashOf(Base), CaptionStatistics.HashOf(grown));
        Assert.Equal(CaptionStatistics.HashOf(Base), CaptionStatistics.HashOf(Vocabulary.From(Base.Tokens, Base.Merges)));
    }

    [Fact]
    public void Images_with_their_captions_come_in_order_and_whole()
    {
        var dataset = Prepared("coco");
        var train = dataset.Captioned("de", CorpusSplit.Train);
        Assert.Equal(Enumerable.Range(0, SmallCorpora.TrainImages), train.Images);
        Assert.Equal([SmallCorpora.Caption("de", 5, 0), SmallCorpora.Caption("de", 5, 1)], train.CaptionsAt(5));
        var test = dataset.Captioned("ja", CorpusSplit.Test);
        Assert.Equal(SmallCorpora.TestImages, test.Images.Count);
        Assert.Equal([SmallCorpora.Caption("ja", 17, 0), SmallCorpora.Caption("ja", 17, 1)], test.CaptionsAt(0));
        Assert.Contains("COCO_val2014_000000000017", dataset.ImageName(test.Images[0]), StringComparison.Ordinal);
        Assert.Throws<EngineException>(() => dataset.Captioned("xx", CorpusSplit.Train));
    }

    private CorpusDataset Prepared(string layout)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, layout)).FullName;
        SmallCorpora.Write(layout, folder);
        var registration = new CorpusRegistration
        {
            Id = layout,
            Name = layout,
            Kind = layout,
            Folder = folder,
        };
        var report = new CorpusReport();
        var manifest = CorpusPreparation.Run(registration, report);
        Assert.True(manifest is not null, string.Join('\n', report.Findings));
        return CorpusDataset.Open(manifest);
    }

    private static List<string> Captions(string language, int first, int count) =>
        [
            .. Enumerable
                .Range(first, count)
                .SelectMany(i => new[] { SmallCorpora.Caption(language, i, 0), SmallCorpora.Caption(language, i, 1) }),
        ];

    private static void Lengths(LengthFigures found, int[] lengths)
    {
        Assert.Equal(lengths.Average(), found.Mean, 12);
        var sorted = lengths.Order().ToArray();
        Assert.Equal(sorted.First(x => lengths.Count(l => l <= x) >= 0.95 * lengths.Length), found.P95);
    }

    private static HashSet<string> Tokens(Vocabulary vocabulary, List<string> captions, TokenFigures found, int? words)
    {
        var tokenizer = new ClipTokenizer(vocabulary);
        var pieces = captions.SelectMany(tokenizer.Pieces).ToList();
        var used = pieces.Select(p => vocabulary.Tokens[p]).ToHashSet();
        Assert.Equal((double)pieces.Count / captions.Count, found.PerCaption, 12);
        Assert.Equal(words is { } w ? (double)pieces.Count / w : null, found.PerWord);
        Assert.Equal(used.Count, found.Used);
        return used;
    }

    private static void Shared(string language, Dictionary<string, HashSet<string>> used, TokenFigures found)
    {
        var others = used.Where(u => u.Key != language).SelectMany(u => u.Value).ToHashSet();
        Assert.Equal((double)used[language].Count(others.Contains) / used[language].Count, found.Shared!.Value, 12);
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CllClip.Web.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }
        return folder;
    }

    private sealed class Told(Action<StatisticsProgress> tell) : IProgress<StatisticsProgress>
    {
        public void Report(StatisticsProgress value) => tell(value);
    }
}
