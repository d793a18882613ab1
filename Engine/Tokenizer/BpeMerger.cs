namespace CllClip.Engine.Tokenizer;

/// <summary>The merges of a vocabulary as ids, and their application to one word: always the pair of lowest rank, leftmost first.</summary>
internal sealed class BpeMerger(Vocabulary vocabulary)
{
    private const int MostScanned = 48; // symbols; above, a queue costs less

    /// <summary>Merges <paramref name="symbols"/> in place and returns how many are left.</summary>
    public int Apply(Span<int> symbols) =>
        symbols.Length < 2 ? symbols.Length
        : symbols.Length <= MostScanned ? Scan(symbols)
        : Queue(symbols);

    /// <summary>Looks through all pairs for each merge: for a word of usual length nothing is quicker, and nothing is allocated.</summary>
    private int Scan(Span<int> symbols)
    {
        var length = symbols.Length;
        Span<int> ranks = stackalloc int[MostScanned]; // of the pair that begins here
        Span<int> merged = stackalloc int[MostScanned]; // what it becomes
        for (var i = 0; i + 1 < length; i++)
            Look(symbols, ranks, merged, i);
        while (length > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < length; i++)
            {
                if (ranks[i] < ranks[best]) // the leftmost of equals stays
                    best = i;
            }
            if (ranks[best] == int.MaxValue)
                break;
            symbols[best] = merged[best];
            symbols[(best + 2)..length].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..length].CopyTo(ranks[best..]);
            merged[(best + 1)..length].CopyTo(merged[best..]);
            length--;
            if (best > 0)
                Look(symbols, ranks, merged, best - 1);
            if (best + 1 < length)
                Look(symbols, ranks, merged, best);
        }
        return length;
    }

    private void Look(ReadOnlySpan<int> symbols, Span<int> ranks, Span<int> merged, int at) =>
        (ranks[at], merged[at]) = vocabulary.TryMerge(symbols[at], symbols[at + 1], out var merge)
            ? (merge.Rank, merge.Id)
            : (int.MaxValue, 0);

    /// <summary>O(n log n): a queue of candidates over a linked list.</summary>
    private int Queue(Span<int> symbols)
    {
        var next = new int[symbols.Length];
        var previous = new int[symbols.Length];
        var queue = new PriorityQueue<Candidate, long>();
        for (var i = 0; i < symbols.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1 < symbols.Length ? i + 1 : -1;
            if (next[i] > 0)
                Offer(queue, symbols, i, i + 1);
        }
        while (queue.TryDequeue(out var candidate, out _))
        {
            var at = candidate.Position;
            var right = symbols[at] < 0 ? -1 : next[at]; // negative: swallowed by a merge to its left
            if (right < 0)
                continue;
            // Stale unless the two still make the same token, as in Hugging Face's Word::merge_all.
            if (!vocabulary.TryMerge(symbols[at], symbols[right], out var now) || now.Id != candidate.Id)
                continue;
            symbols[at] = now.Id;
            symbols[right] = -1;
            next[at] = next[right];
            if (next[at] >= 0)
                previous[next[at]] = at;
            if (previous[at] >= 0)
                Offer(queue, symbols, previous[at], at);
            if (next[at] >= 0)
                Offer(queue, symbols, at, next[at]);
        }
        var left = 0;
        for (var i = 0; i >= 0; i = next[i])
            symbols[left++] = symbols[i];
        return left;
    }

    private void Offer(PriorityQueue<Candidate, long> queue, ReadOnlySpan<int> symbols, int left, int right)
    {
        if (vocabulary.TryMerge(symbols[left], symbols[right], out var merge))
            queue.Enqueue(new Candidate(left, merge.Id), ((long)merge.Rank << 32) | (uint)left);
    }

    private readonly record struct Candidate(int Position, int Id);
}
