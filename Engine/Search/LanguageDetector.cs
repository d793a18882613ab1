using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    private readonly Dictionary<string, WordUse> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, float[]> _pairs = []; // log-probability for each language
    private readonly float[] _unseen;

    private LanguageDetector(IReadOnlyList<string> languages, Action<Teaching> teach)
    {
        if (languages.Count > 64)
        {
            throw new ArgumentException("At most 64 languages.", nameof(languages));
        }
        _languages = [.. languages];
        var counts = new Teaching(_words, languages.Count);
        teach(counts);
        double Log(int count, int i) => Math.Log((count + Smoothing) / (counts.Totals[i] + Smoothing * (counts.Pairs.Count + 1)));
        foreach (var (pair, each) in counts.Pairs)
        {
            _pairs[pair] = [.. each.Select((c, i) => (float)Log(c, i))];
        }
        _unseen = [.. languages.Select((_, i) => (float)Log(0, i))];
    }

    /// <summary>Learns from names and keywords of Emoji36; about a fifth of a second. CLDR's texts are composed (NFC) as they are.</summary>
    public static LanguageDetector Of(Emoji36Dataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return new LanguageDetector(
            dataset.Languages,
            teaching =>
            {
                for (var i = 0; i < dataset.Languages.Count; i++)
                {
                    var texts = dataset.Texts(dataset.Languages[i]);
                    for (var emoji = 0; emoji < texts.Count; emoji++)
                    {
                        teaching.Learn(i, texts.Name(emoji), letters: true);
                        for (var k = 0; k < texts.KeywordCount(emoji); k++)
                        {
                            teaching.Learn(i, texts.Keyword(emoji, k), letters: false);
                        }
                    }
                }
            }
        );
    }

    /// <summary>Learns from captions: letters from the names, words from both.</summary>
    /// <exception cref="ArgumentException">More than 64 languages.</exception>
    public static LanguageDetector Of(IReadOnlyList<(string Language, IReadOnlyList<string> Names, IReadOnlyList<string> More)> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return new LanguageDetector(
            [.. texts.Select(t => t.Language)],
            teaching =>
            {
                for (var i = 0; i < texts.Count; i++)
                {
                    foreach (var name in texts[i].Names)
                    {
                        teaching.Learn(i, Composed(name), letters: true);
                    }
                    foreach (var more in texts[i].More)
                    {
                        teaching.Learn(i, Composed(more), letters: false);
                    }
                }
            }
        );
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
            var known = _words.GetValueOrDefault(word).InLowerCase;
            var cased = _words.GetValueOrDefault(typed).AsWritten;
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

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var left = Composed(text);
        while (NextWord(ref left) is { IsEmpty: false } word)
        {
            words.Add(word.ToString());
        }
        return words;
    }

    private static ReadOnlySpan<char> Composed(ReadOnlySpan<char> text) =>
        Ascii.IsValid(text) || text.IsNormalized(NormalizationForm.FormC) ? text : text.ToString().Normalize(NormalizationForm.FormC);

    /// <summary>Takes the next word, letters with their marks; empty at the end.</summary>
    private static ReadOnlySpan<char> NextWord(ref ReadOnlySpan<char> left)
    {
        var start = 0;
        while (start < left.Length && !char.IsLetter(left[start]))
        {
            start++;
        }
        var end = start;
        while (end < left.Length && (char.IsLetter(left[end]) || char.GetUnicodeCategory(left[end]) is UnicodeCategory.NonSpacingMark))
        {
            end++;
        }
        var word = left[start..end];
        left = left[end..];
        return word;
    }

    /// <summary>Neighbouring letters, the word's beginning and end included.</summary>
    private static uint[] Pairs(ReadOnlySpan<char> word)
    {
        var pairs = new uint[word.Length + 1];
        for (var i = 0; i <= word.Length; i++)
        {
            pairs[i] = Pair(word, i);
        }
        return pairs;
    }

    private static uint Pair(ReadOnlySpan<char> word, int i) =>
        (uint)(i == 0 ? ' ' : word[i - 1]) << 16 | (i == word.Length ? ' ' : word[i]);

    /// <summary>Languages (bit i = language i) that have a word in lower case, whatever its case with them, and exactly as written.</summary>
    private record struct WordUse(ulong InLowerCase, ulong AsWritten);

    /// <summary>Counts words and pairs of letters. Without a string for each word: it runs at every start of a portal.</summary>
    private sealed class Teaching(Dictionary<string, WordUse> words, int languages)
    {
        private const int LongestOnStack = 128;
        private readonly Dictionary<string, WordUse>.AlternateLookup<ReadOnlySpan<char>> _words = words.GetAlternateLookup<
            ReadOnlySpan<char>
        >();

        public Dictionary<uint, int[]> Pairs { get; } = [];

        public long[] Totals { get; } = new long[languages];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)] // called half a million times in its first second
        public void Learn(int language, ReadOnlySpan<char> composed, bool letters)
        {
            Span<char> buffer = stackalloc char[LongestOnStack];
            var left = composed;
            while (NextWord(ref left) is { IsEmpty: false } word)
            {
                var lower = word.Length <= LongestOnStack ? buffer[..word.Length] : new char[word.Length];
                word.ToLowerInvariant(lower);
                CollectionsMarshal.GetValueRefOrAddDefault(_words, word, out _).AsWritten |= 1UL << language;
                CollectionsMarshal.GetValueRefOrAddDefault(_words, lower, out _).InLowerCase |= 1UL << language;
                for (var i = 0; letters && i <= lower.Length; i++)
                {
                    (CollectionsMarshal.GetValueRefOrAddDefault(Pairs, Pair(lower, i), out _) ??= new int[languages])[language]++;
                    Totals[language]++;
                }
            }
        }
    }
}
