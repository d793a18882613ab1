using System.Text;
using CllClip.Engine.Data.Emoji36;
using CllClip.Shared.Languages;

namespace CllClip.Engine.Search;

/// <summary>
/// Tells the language of a short query: by its script, and among the languages of one script by known words and by pairs of letters (naive
/// Bayes over the captions given). Twenty-two languages share the Latin script and many words, so a short query may well be several; a
/// language chosen by the person therefore wins wherever its script fits. Immutable and safe to share between threads.
/// </summary>
public sealed class LanguageDetector
{
    private const double WordBonus = 6; // log-odds of a word known in a language, shared among the languages that have it
    private const double CaseBonus = 4; // the word is known with this very case: German writes nouns large
    private const double HintBonus = 1.5;
    private const double Smoothing = 0.3;

    private readonly string[] _languages;
    private readonly Dictionary<string, ulong> _words = new(StringComparer.Ordinal); // bit i = language i
    private readonly Dictionary<string, ulong> _cased = new(StringComparer.Ordinal); // the same, as written
    private readonly Dictionary<uint, float[]> _pairs = []; // log-probability for each language
    private readonly float[] _unseen;

    private LanguageDetector(IReadOnlyList<(string Language, IReadOnlyList<string> Names, IReadOnlyList<string> More)> texts)
    {
        _languages = [.. texts.Select(t => t.Language)];
        var counts = new Dictionary<uint, int[]>();
        var totals = new long[texts.Count];
        for (var i = 0; i < texts.Count; i++)
        {
            foreach (var word in texts[i].Names.Concat(texts[i].More).SelectMany(Words))
            {
                _cased[word] = _cased.GetValueOrDefault(word) | 1UL << i;
                var lower = word.ToLowerInvariant();
                _words[lower] = _words.GetValueOrDefault(lower) | 1UL << i;
            }
            foreach (var pair in texts[i].Names.SelectMany(Words).SelectMany(word => Pairs(word.ToLowerInvariant())))
            {
                if (!counts.TryGetValue(pair, out var each))
                {
                    counts[pair] = each = new int[texts.Count];
                }
                each[i]++;
                totals[i]++;
            }
        }
        double Log(int count, int i) => Math.Log((count + Smoothing) / (totals[i] + Smoothing * (counts.Count + 1)));
        foreach (var (pair, each) in counts)
        {
            _pairs[pair] = [.. each.Select((c, i) => (float)Log(c, i))];
        }
        _unseen = [.. texts.Select((_, i) => (float)Log(0, i))];
    }

    /// <summary>Learns from names and keywords of Emoji36; about half a second.</summary>
    public static LanguageDetector Of(Emoji36Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return Of([
            .. dataset.Languages.Select(l =>
                (
                    l,
                    (IReadOnlyList<string>)[.. dataset.Emoji.Select(e => dataset.NameOf(l, e.Index)).OfType<string>()],
                    (IReadOnlyList<string>)[.. dataset.Emoji.SelectMany(e => dataset.KeywordsOf(l, e.Index))]
                )
            ),
        ]);
    }

    /// <summary>Learns from captions: letters from the names, words from both.</summary>
    /// <exception cref="ArgumentException">More than 64 languages.</exception>
    public static LanguageDetector Of(IReadOnlyList<(string Language, IReadOnlyList<string> Names, IReadOnlyList<string> More)> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count > 64)
        {
            throw new ArgumentException("At most 64 languages.", nameof(texts));
        }
        return new LanguageDetector(texts);
    }

    /// <summary>The language of a query.</summary>
    /// <param name="text">The query.</param>
    /// <param name="chosen">What the person chose; wins where its script is the query's.</param>
    /// <param name="hint">What is likely, for example the reader's own language; decides where the text does not.</param>
    public string Detect(string text, string? chosen = null, string? hint = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var script = WritingSystem.Of(text);
        if (chosen is not null && (script is null || Writes(chosen, script)))
        {
            return chosen;
        }
        if (script is null)
        {
            return hint is not null && LanguageCatalog.Find(hint) is not null ? hint : "en";
        }
        var candidates = Enumerable.Range(0, _languages.Length).Where(i => Writes(_languages[i], script)).ToArray();
        return candidates.Length switch
        {
            0 => LanguageCatalog.All.FirstOrDefault(l => Writes(l.Code, script))?.Code ?? "en",
            1 => _languages[candidates[0]],
            _ => _languages[Likeliest(text, candidates, hint)],
        };
    }

    private int Likeliest(string text, int[] candidates, string? hint)
    {
        var scores = new double[_languages.Length];
        foreach (var typed in Words(text))
        {
            var word = typed.ToLowerInvariant();
            foreach (var pair in Pairs(word))
            {
                var log = _pairs.GetValueOrDefault(pair, _unseen);
                foreach (var i in candidates)
                {
                    scores[i] += log[i];
                }
            }
            if (!_words.TryGetValue(word, out var known))
            {
                continue;
            }
            var cased = _cased.GetValueOrDefault(typed);
            foreach (var i in candidates)
            {
                scores[i] += ((known >> i & 1) != 0 ? WordBonus : 0) + ((cased >> i & 1) != 0 ? CaseBonus : 0);
            }
        }
        // equal scores: the hint, then English, then the order of the languages
        return candidates
            .OrderByDescending(i => scores[i] + (_languages[i] == hint ? HintBonus : 0))
            .ThenByDescending(i => _languages[i] == "en")
            .First();
    }

    private static bool Writes(string language, string script) =>
        LanguageCatalog.Find(language)?.Script is { } own && (own == script || (own == "Japanese" && script == "Han"));

    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (var c in text.Normalize(NormalizationForm.FormC))
        {
            if (char.IsLetter(c) || (word.Length > 0 && char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark))
            {
                word.Append(c);
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }
        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }

    /// <summary>Neighbouring letters, the word's beginning and end included.</summary>
    private static IEnumerable<uint> Pairs(string word)
    {
        var before = ' ';
        foreach (var c in word)
        {
            yield return (uint)before << 16 | c;
            before = c;
        }
        yield return (uint)before << 16 | ' ';
    }
}
