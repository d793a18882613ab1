using System.Runtime.InteropServices;
using System.Text;

namespace CllClip.Engine.Tokenizer;

/// <summary>Trains a BPE vocabulary exactly as Hugging Face's <c>BpeTrainer</c> would with the symbols in canonical order.</summary>
/// <remarks>
/// Ids: special tokens, single characters by code point, characters with suffix by code point, then merges as they come.
/// Ties: higher count, smaller left id, smaller right id. Deterministic.
/// </remarks>
public static class BpeTrainer
{
    private const int TextsBetweenStops = 4096;

    /// <summary>Trains on texts; they are normalised and split here, special tokens in them are ordinary text.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    public static Vocabulary Train(IEnumerable<string> texts, BpeTrainingOptions options, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        return Train(CountWords(texts, options.Splitter, stop), options, stop);
    }

    /// <summary>Trains on words that <see cref="CountWords"/> counted.</summary>
    internal static Vocabulary Train(Dictionary<string, int> words, BpeTrainingOptions options, CancellationToken stop)
    {
        var symbols = BpeSymbols.Collect(words.Keys, options);
        var corpus = new BpeCorpus(words, symbols, options.EndOfWordSuffix);
        var merges = new BpePairQueue(corpus).Run(symbols, options.VocabularySize, Math.Max(1, options.MinFrequency), stop);
        return Vocabulary.From(symbols.Tokens, merges);
    }

    /// <summary>How often each word (normalised, not yet spelled in bytes) occurs.</summary>
    internal static Dictionary<string, int> CountWords(IEnumerable<string> texts, WordSplitter splitter, CancellationToken stop)
    {
        var words = new Dictionary<string, int>(StringComparer.Ordinal);
        var bySpan = words.GetAlternateLookup<ReadOnlySpan<char>>();
        var normalizer = new TextNormalizer();
        var seen = 0;
        foreach (var text in texts)
        {
            if (++seen % TextsBetweenStops == 0)
                stop.ThrowIfCancellationRequested();
            var normalised = normalizer.Normalize(text);
            var position = 0;
            while (splitter.TryNext(normalised, ref position, out var word))
                CollectionsMarshal.GetValueRefOrAddDefault(bySpan, word, out _)++;
        }
        return words;
    }
}

/// <summary>The growing list of tokens.</summary>
internal sealed class BpeSymbols
{
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);

    public List<string> Tokens { get; } = [];

    /// <summary>The id of a token, added if new: a string that forms again keeps its id.</summary>
    public int IdOf(string token)
    {
        ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(ids, token, out var known);
        if (!known)
        {
            id = Tokens.Count;
            Tokens.Add(token);
        }
        return id;
    }

    /// <summary>Special tokens, single characters and characters at a word's end, in canonical order.</summary>
    public static BpeSymbols Collect(IEnumerable<string> words, BpeTrainingOptions options)
    {
        var alphabet = new HashSet<char>(options.InitialAlphabet.Count);
        foreach (var letter in options.InitialAlphabet)
            alphabet.Add(
                letter.Length == 1
                    ? letter[0]
                    : throw new EngineException($"Initial alphabet: '{letter}' is not one character of the byte alphabet.")
            );
        var atEnd = new HashSet<char>();
        Span<byte> bytes = stackalloc byte[4];
        foreach (var word in words)
        {
            foreach (var rune in word.EnumerateRunes())
            {
                foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
                    alphabet.Add(ByteAlphabet.Spell(value));
            }
            atEnd.Add(LastCharacter(word));
        }
        var symbols = new BpeSymbols();
        foreach (var token in options.SpecialTokens)
            symbols.IdOf(token);
        foreach (var letter in alphabet.Order())
            symbols.IdOf(letter.ToString());
        foreach (var letter in atEnd.Order())
            symbols.IdOf(letter + options.EndOfWordSuffix);
        return symbols;
    }

    private static char LastCharacter(string word)
    {
        Rune.DecodeLastFromUtf16(word, out var last, out _);
        Span<byte> bytes = stackalloc byte[4];
        return ByteAlphabet.Spell(bytes[last.EncodeToUtf8(bytes) - 1]);
    }
}

/// <summary>All distinct words as symbol ids in one array, with their counts.</summary>
internal sealed class BpeCorpus
{
    private readonly int[] symbols;
    private readonly int[] starts;
    private readonly int[] lengths;

    public BpeCorpus(Dictionary<string, int> words, BpeSymbols known, string suffix)
    {
        Counts = [.. words.Values];
        starts = new int[Counts.Length];
        lengths = new int[Counts.Length];
        symbols = new int[words.Keys.Sum(Encoding.UTF8.GetByteCount)];
        int[] inside = new int[256],
            atEnd = new int[256];
        Array.Fill(inside, -1);
        Array.Fill(atEnd, -1);
        var bytes = new byte[words.Keys.Select(word => Encoding.UTF8.GetMaxByteCount(word.Length)).DefaultIfEmpty(0).Max()];
        int word = 0,
            start = 0;
        foreach (var text in words.Keys)
        {
            var length = Encoding.UTF8.GetBytes(text, bytes);
            for (var i = 0; i < length; i++)
            {
                var last = i == length - 1;
                ref var id = ref (last ? atEnd : inside)[bytes[i]];
                if (id < 0)
                    id = known.IdOf(ByteAlphabet.Spell(bytes[i]) + (last ? suffix : ""));
                symbols[start + i] = id;
            }
            starts[word] = start;
            lengths[word++] = length;
            start += length;
        }
    }

    /// <summary>How often each word occurs.</summary>
    public int[] Counts { get; }

    /// <summary>The symbols of a word, to be merged in place.</summary>
    public Span<int> Word(int word) => symbols.AsSpan(starts[word], lengths[word]);

    /// <summary>Records that a word has fewer symbols now.</summary>
    public void Shorten(int word, int length) => lengths[word] = length;
}
