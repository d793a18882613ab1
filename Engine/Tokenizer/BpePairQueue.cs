using System.Runtime.InteropServices;

namespace CllClip.Engine.Tokenizer;

/// <summary>The merge loop: pairs by count in a queue that may hold stale entries, counts kept up to date word by word.</summary>
/// <remarks>
/// Two habits of Hugging Face's trainer are kept because results depend on them: a merged pair's own count is not reset, so a pair that forms again is
/// queued with its old count added; and each queue entry owns the list of words known when it was queued.
/// </remarks>
internal sealed class BpePairQueue
{
    private const int MergesBetweenStops = 256;
    private readonly BpeCorpus corpus;
    private readonly Dictionary<long, int> indexOf = []; // pair -> position in counts
    private readonly List<long> counts = [];
    private readonly PriorityQueue<Entry, Entry> queue = new(Comparer<Entry>.Create(static (a, b) => a.CompareTo(b)));
    private readonly Dictionary<int, List<int>> grown = []; // pair index -> words where it appeared in this merge
    private readonly List<long> pairs = []; // position in counts -> pair
    private int tie;

    public BpePairQueue(BpeCorpus corpus)
    {
        this.corpus = corpus;
        for (var word = 0; word < corpus.Counts.Length; word++)
        {
            var symbols = corpus.Word(word);
            for (var i = 0; i + 1 < symbols.Length; i++)
                Change(symbols[i], symbols[i + 1], +1, word);
        }
        Enqueue();
    }

    /// <summary>Merges until the vocabulary is full or no pair is left; returns the merges in rank order.</summary>
    public IReadOnlyList<(string Left, string Right)> Run(BpeSymbols symbols, int vocabularySize, int minFrequency, CancellationToken stop)
    {
        var ranks = new Dictionary<long, int>(); // a pair merged again takes its later rank
        var rank = 0;
        while (symbols.Tokens.Count < vocabularySize && queue.TryDequeue(out var best, out _))
        {
            if (best.Count != counts[best.Index]) // stale
            {
                if (counts[best.Index] > 0)
                    Enqueue(best.Index, best.Words);
                continue;
            }
            if (best.Count < minFrequency)
                break;
            if (rank % MergesBetweenStops == 0)
                stop.ThrowIfCancellationRequested();
            var (left, right) = Split(best.Pair);
            var merged = symbols.IdOf(symbols.Tokens[left] + symbols.Tokens[right]);
            ranks[best.Pair] = rank++;
            foreach (var word in best.Words)
                Merge(word, left, right, merged);
            Enqueue();
        }
        return
        [
            .. ranks
                .OrderBy(entry => entry.Value)
                .Select(entry =>
                {
                    var (left, right) = Split(entry.Key);
                    return (symbols.Tokens[left], symbols.Tokens[right]);
                }),
        ];
    }

    /// <summary>Replaces the pair in a word from left to right, without overlap.</summary>
    private void Merge(int word, int left, int right, int merged)
    {
        var symbols = corpus.Word(word);
        var kept = 0;
        for (var i = 0; i < symbols.Length; )
        {
            if (i + 1 == symbols.Length || symbols[i] != left || symbols[i + 1] != right)
            {
                symbols[kept++] = symbols[i++];
                continue;
            }
            if (kept > 0)
            {
                Change(symbols[kept - 1], left, -1, word);
                Change(symbols[kept - 1], merged, +1, word);
            }
            if (i + 2 < symbols.Length)
            {
                Change(right, symbols[i + 2], -1, word);
                Change(merged, symbols[i + 2], +1, word);
            }
            symbols[kept++] = merged;
            i += 2;
        }
        corpus.Shorten(word, kept);
    }

    private void Change(int left, int right, int sign, int word)
    {
        var pair = ((long)left << 32) | (uint)right;
        ref var index = ref CollectionsMarshal.GetValueRefOrAddDefault(indexOf, pair, out var known);
        if (!known)
        {
            index = counts.Count;
            counts.Add(0);
            pairs.Add(pair);
        }
        counts[index] += (long)sign * corpus.Counts[word];
        if (sign < 0)
            return;
        ref var words = ref CollectionsMarshal.GetValueRefOrAddDefault(grown, index, out _);
        words ??= [];
        if (words.Count == 0 || words[^1] != word) // words come one after the other
            words.Add(word);
    }

    private void Enqueue()
    {
        foreach (var (index, words) in grown)
        {
            if (counts[index] > 0)
                Enqueue(index, words);
        }
        grown.Clear();
    }

    private void Enqueue(int index, List<int> words)
    {
        var entry = new Entry(counts[index], pairs[index], tie++, index, words);
        queue.Enqueue(entry, entry);
    }

    private static (int Left, int Right) Split(long pair) => ((int)(pair >> 32), (int)pair);

    private readonly record struct Entry(long Count, long Pair, int Tie, int Index, List<int> Words) : IComparable<Entry>
    {
        // Ids are not negative, so the packed pair compares as (left, right).
        public int CompareTo(Entry other)
        {
            var byCount = other.Count.CompareTo(Count);
            var byPair = byCount != 0 ? byCount : Pair.CompareTo(other.Pair);
            return byPair != 0 ? byPair : Tie.CompareTo(other.Tie);
        }
    }
}
