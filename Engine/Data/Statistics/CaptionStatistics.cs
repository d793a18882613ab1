using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Tokenizer;

namespace CllClip.Engine.Data.Statistics;

/// <summary>Counts a data set's captions: lengths, tokens, and how much of its vocabulary a language shares with the others.</summary>
public static class CaptionStatistics
{
    private const int CaptionsBetweenStops = 2_048;
    private static readonly CorpusSplit[] Splits = [CorpusSplit.Train, CorpusSplit.Validation, CorpusSplit.Test];

    /// <summary>Computes the figures of all languages, one language in memory at a time.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="vocabulary">The base model's.</param>
    /// <param name="progress">Told how far it is; null for nobody.</param>
    /// <param name="stop">Stops between captions.</param>
    /// <exception cref="EngineException">Captions cannot be read.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static DatasetStatistics Compute(
        ICaptionedDataset dataset,
        Vocabulary vocabulary,
        IProgress<StatisticsProgress>? progress = null,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(vocabulary);
        var own = new ClipTokenizer(vocabulary);
        var parts = new List<Part>();
        var (done, all) = (0, dataset.Languages.Count);
        foreach (var language in dataset.Languages)
        {
            progress?.Report(new(language, (double)done++ / all));
            parts.Add(Count(dataset, language, own, stop));
        }
        progress?.Report(new(null, 1));
        var (baseUse, grownUse) = (Uses(parts.Select(p => p.BaseTokens)), Uses(parts.Select(p => p.GrownTokens)));
        return new DatasetStatistics(
            dataset.Revision,
            HashOf(vocabulary),
            [
                .. parts.Select(p =>
                    p.Figures with
                    {
                        Base = p.Figures.Base with { Shared = Shared(p.BaseTokens, baseUse, parts.Count) },
                        Grown = p.Figures.Grown is { } grown ? grown with { Shared = Shared(p.GrownTokens, grownUse, parts.Count) } : null,
                    }
                ),
            ]
        );
    }

    /// <summary>Hash of a vocabulary: tokens and merges in their order. Statistics of one hash belong to every model with that tokenizer.</summary>
    public static string HashOf(Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        foreach (var token in vocabulary.Tokens)
        {
            Add(token);
        }
        foreach (var (left, right) in vocabulary.Merges)
        {
            Add($"{left} {right}");
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static Part Count(ICaptionedDataset dataset, string language, ClipTokenizer own, CancellationToken stop)
    {
        var (grown, added) = Grow(dataset, language, own.Vocabulary, stop);
        var (characters, words) = (new LengthCounter(), WordCount.HasWords(language) ? new LengthCounter() : null);
        var (inBase, inGrown) = (new TokenTally(own), grown is null ? null : new TokenTally(grown));
        var captions = new int[Splits.Length];
        var seen = 0;
        foreach (var split in Splits)
        {
            foreach (var caption in dataset.Captions(language, split))
            {
                if (++seen % CaptionsBetweenStops == 0)
                {
                    stop.ThrowIfCancellationRequested();
                }
                captions[(int)split]++;
                characters.Add(Characters(caption));
                words?.Add(WordCount.Of(caption));
                inBase.Add(caption);
                inGrown?.Add(caption);
            }
        }
        stop.ThrowIfCancellationRequested();
        return new Part(
            new LanguageStatistics
            {
                Language = language,
                Training = captions[0],
                Validation = captions[1],
                Test = captions[2],
                Characters = characters.Figures(),
                Words = words?.Figures(),
                Base = inBase.Figures(seen, words?.Sum),
                Grown = inGrown?.Figures(seen, words?.Sum),
                Added = added,
            },
            inBase.Tokens,
            inGrown?.Tokens ?? []
        );
    }

    /// <summary>The vocabulary as a task that learns this language first would grow it.</summary>
    private static (ClipTokenizer? Tokenizer, int? Added) Grow(
        ICaptionedDataset dataset,
        string language,
        Vocabulary vocabulary,
        CancellationToken stop
    )
    {
        var texts = dataset.TrainingTexts(language);
        if (texts.Count == 0)
        {
            return (null, null);
        }
        if (dataset.Defaults.BaseVocabularyLanguages.Contains(language))
        {
            return (new ClipTokenizer(vocabulary), 0);
        }
        var trained = BpeTrainer.Train(texts, new BpeTrainingOptions { VocabularySize = dataset.Defaults.VocabularySize }, stop);
        var grown = vocabulary.Grow(trained);
        return (new ClipTokenizer(grown), grown.Count - vocabulary.Count);
    }

    /// <summary>Characters as people count them.</summary>
    internal static int Characters(string text)
    {
        var count = 0;
        for (var rest = text.AsSpan(); rest.Length > 0; count++)
        {
            rest = rest[StringInfo.GetNextTextElementLength(rest)..];
        }
        return count;
    }

    /// <summary>In how many languages each token is.</summary>
    private static Dictionary<string, int> Uses(IEnumerable<IReadOnlyCollection<string>> tokens)
    {
        var uses = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in tokens.SelectMany(t => t))
        {
            uses[token] = uses.GetValueOrDefault(token) + 1;
        }
        return uses;
    }

    private static double? Shared(IReadOnlyCollection<string> tokens, Dictionary<string, int> uses, int languages) =>
        languages < 2 || tokens.Count == 0 ? null : tokens.Count(t => uses[t] > 1) / (double)tokens.Count;

    /// <summary>A language's figures, and the tokens it uses by their spelling: ids of separately grown vocabularies do not mean the same.</summary>
    private sealed record Part(LanguageStatistics Figures, IReadOnlyCollection<string> BaseTokens, IReadOnlyCollection<string> GrownTokens);

    private sealed class TokenTally(ClipTokenizer tokenizer)
    {
        private readonly HashSet<int> _used = [];
        private long _sum;

        public IReadOnlyCollection<string> Tokens => [.. _used.Select(id => tokenizer.Vocabulary.Tokens[id])];

        public void Add(string caption)
        {
            var pieces = tokenizer.Pieces(caption);
            _sum += pieces.Length;
            _used.UnionWith(pieces);
        }

        public TokenFigures Figures(int captions, long? words) =>
            new(captions == 0 ? 0 : (double)_sum / captions, words is > 0 and var w ? _sum / (double)w : null, _used.Count, null);
    }
}
