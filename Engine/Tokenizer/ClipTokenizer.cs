using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace CllClip.Engine.Tokenizer;

/// <summary>CLIP's tokenizer over a vocabulary: the ids of Hugging Face's <c>CLIPTokenizerFast</c>. Thread-safe.</summary>
public sealed class ClipTokenizer
{
    private const int CachedWords = 1 << 14; // Hugging Face keeps 10,000
    private const int LongestCachedWord = 64; // characters
    private const int StackBytes = 256; // a word that may have more in UTF-8 is merged on the heap
    private readonly BpeMerger merger;
    private readonly WordSplitter splitter;
    private readonly int[] byteInside = new int[256]; // ids of single bytes
    private readonly int[] byteAtEnd = new int[256]; // the same with </w>
    private readonly ConcurrentDictionary<string, int[]> cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> cacheBySpan;
    private readonly ConcurrentBag<TextNormalizer> normalizers = [];
    private int cached;

    /// <summary>Prepares a tokenizer.</summary>
    /// <param name="vocabulary">Tokens and merges; must hold both special tokens.</param>
    /// <param name="splitter">What a word is; CLIP's expression where null.</param>
    /// <exception cref="EngineException">A special token is missing from the vocabulary.</exception>
    public ClipTokenizer(Vocabulary vocabulary, WordSplitter? splitter = null)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Vocabulary = vocabulary;
        StartId = vocabulary.StartId;
        EndId = vocabulary.EndId;
        this.splitter = splitter ?? WordSplitter.Clip;
        merger = new BpeMerger(vocabulary);
        for (var value = 0; value < 256; value++)
        {
            var spelled = ByteAlphabet.Spell((byte)value).ToString();
            byteInside[value] = vocabulary.Find(spelled) ?? EndId; // unknown = EOS
            byteAtEnd[value] = vocabulary.Find(spelled + SpecialTokens.EndOfWord) ?? EndId;
        }
        cacheBySpan = cache.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The vocabulary behind the ids.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>The id that opens every text.</summary>
    public int StartId { get; }

    /// <summary>The id that closes every text; also padding and unknown.</summary>
    public int EndId { get; }

    /// <summary>The ids of a text, start and EOS included, not cut.</summary>
    public int[] Encode(string text)
    {
        var ids = new List<int>(32) { StartId };
        AppendPieces(text, ids);
        ids.Add(EndId);
        return [.. ids];
    }

    /// <summary>The ids of a text, start and EOS included, cut to <paramref name="maxLength"/> ids (at least 2) of which EOS is the last.</summary>
    public int[] Encode(string text, int maxLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 2);
        var ids = Encode(text);
        if (ids.Length <= maxLength)
            return ids;
        Array.Resize(ref ids, maxLength);
        ids[^1] = EndId;
        return ids;
    }

    /// <summary>The ids of a text without start and EOS, not cut.</summary>
    public int[] Pieces(string text)
    {
        var ids = new List<int>(32);
        AppendPieces(text, ids);
        return [.. ids];
    }

    /// <summary>The text of some ids: bytes to UTF-8 with U+FFFD for what is broken, <c>&lt;/w&gt;</c> to a space, trimmed. Unknown ids are left out.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecial = true)
    {
        var bytes = new ArrayBufferWriter<byte>(Math.Max(1, ids.Length * 8));
        foreach (var id in ids)
        {
            if ((uint)id >= (uint)Vocabulary.Count || (skipSpecial && (id == StartId || id == EndId)))
                continue;
            AppendBytes(Vocabulary.Tokens[id], bytes);
        }
        var text = Encoding.UTF8.GetString(bytes.WrittenSpan).Replace(SpecialTokens.EndOfWord, " ", StringComparison.Ordinal);
        return TrimAsPython(text);
    }

    /// <summary>A token as people read it: its text, or its bytes as hexadecimal numbers in angle brackets where they are no whole characters.</summary>
    public string Readable(int id)
    {
        if (!IsBytes(id))
        {
            return Decode([id], skipSpecial: false);
        }
        var bytes = new ArrayBufferWriter<byte>();
        AppendBytes(Vocabulary.Tokens[id].Replace(SpecialTokens.EndOfWord, "", StringComparison.Ordinal), bytes);
        return $"⟨{string.Join(' ', bytes.WrittenSpan.ToArray().Select(b => b.ToString("X2", CultureInfo.InvariantCulture)))}⟩";
    }

    /// <summary>Whether a token is bytes that are no whole characters, which <see cref="Readable"/> spells as numbers.</summary>
    public bool IsBytes(int id) => Decode([id], skipSpecial: false).Contains('\uFFFD', StringComparison.Ordinal);

    /// <summary>What becomes of a text step by step, for people to look at.</summary>
    public TokenizationSteps Steps(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var normalised = new StringBuilder();
        var words = new List<string>();
        var preTokens = new List<string>();
        var normalizer = new TextNormalizer();
        ForEachSegment(
            text,
            segment =>
            {
                var normal = normalizer.Normalize(segment);
                normalised.Append(normal);
                foreach (var word in splitter.Split(normal))
                {
                    words.Add(word);
                    preTokens.Add(ByteAlphabet.Spell(word.AsSpan()));
                }
            },
            special =>
            {
                normalised.Append(special);
                words.Add(special);
                preTokens.Add(special);
            }
        );
        var pieces = Pieces(text);
        return new TokenizationSteps(normalised.ToString(), words, preTokens, [.. pieces.Select(id => Vocabulary.Tokens[id])], pieces);
    }

    private delegate void SegmentAction(ReadOnlySpan<char> segment);

    private static void ForEachSegment(ReadOnlySpan<char> text, SegmentAction ordinary, Action<string> special)
    {
        while (true)
        {
            var (index, token) = SpecialTokens.FindFirst(text);
            ordinary(token is null ? text : text[..index]);
            if (token is null)
                return;
            special(token);
            text = text[(index + token.Length)..];
        }
    }

    private void AppendPieces(string text, List<int> ids)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!normalizers.TryTake(out var normalizer))
            normalizer = new TextNormalizer();
        if (text.Contains("<|", StringComparison.Ordinal))
        {
            ForEachSegment(
                text,
                segment => AppendWords(normalizer.Normalize(segment), ids),
                special => ids.Add(special == SpecialTokens.Start ? StartId : EndId)
            );
        }
        else
            AppendWords(normalizer.Normalize(text), ids);
        if (normalizer.Capacity <= TextNormalizer.KeptCapacity)
            normalizers.Add(normalizer);
    }

    private void AppendWords(ReadOnlySpan<char> normalised, List<int> ids)
    {
        var position = 0;
        while (splitter.TryNext(normalised, ref position, out var word))
        {
            if (!cacheBySpan.TryGetValue(word, out var pieces))
            {
                pieces = Merge(word);
                if (
                    word.Length <= LongestCachedWord
                    && cacheBySpan.TryAdd(word, pieces)
                    && Interlocked.Increment(ref cached) >= CachedWords
                )
                {
                    // Begun anew when full, so that the words of the language at hand are the ones in it. Approximately bounded: threads that come at
                    // once may pass the limit by their number.
                    cache.Clear();
                    cached = 0;
                }
            }
            ids.AddRange(pieces.AsSpan());
        }
    }

    private int[] Merge(ReadOnlySpan<char> word)
    {
        var most = Encoding.UTF8.GetMaxByteCount(word.Length);
        var onStack = most <= StackBytes;
        Span<byte> bytes = onStack ? stackalloc byte[StackBytes] : new byte[most];
        Span<int> symbols = onStack ? stackalloc int[StackBytes] : new int[most];
        var length = Encoding.UTF8.GetBytes(word, bytes);
        for (var i = 0; i < length; i++)
            symbols[i] = (i == length - 1 ? byteAtEnd : byteInside)[bytes[i]];
        return symbols[..merger.Apply(symbols[..length])].ToArray();
    }

    /// <summary>A token outside the byte alphabet (none of CLIP's) stands for its own UTF-8 bytes, as in Hugging Face's ByteLevel decoder.</summary>
    private static void AppendBytes(string token, ArrayBufferWriter<byte> target)
    {
        var bytes = target.GetSpan(token.Length);
        for (var i = 0; i < token.Length; i++)
        {
            if (!ByteAlphabet.TryGetByte(token[i], out bytes[i]))
            {
                target.Write(Encoding.UTF8.GetBytes(token));
                return;
            }
        }
        target.Advance(token.Length);
    }

    /// <summary>Python's <c>str.strip</c>: white space and the four separators U+001C to U+001F.</summary>
    private static string TrimAsPython(string text)
    {
        static bool Blank(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';
        int start = 0,
            end = text.Length;
        while (start < end && Blank(text[start]))
            start++;
        while (end > start && Blank(text[end - 1]))
            end--;
        return text[start..end];
    }
}
