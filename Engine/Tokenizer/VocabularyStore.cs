namespace CllClip.Engine.Tokenizer;

/// <summary>Tokens and merges of a vocabulary and of those it grew out of, each the beginning of the next: a task adds to it and copies nothing.</summary>
/// <param name="tokens">Tokens in id order.</param>
/// <param name="merges">Merges as pairs of ids in rank order.</param>
/// <param name="growing">Whether a vocabulary grown out of the newest one goes in here too; else it gets a store of its own, and this one stays as it is.</param>
internal sealed class VocabularyStore(AppendOnlyIndex<string> tokens, AppendOnlyIndex<BpePair> merges, bool growing)
{
    private readonly Lock gate = new();
    private int[] results = []; // by rank: the token that the pair becomes
    private bool growing = growing;

    /// <summary>An empty store.</summary>
    public VocabularyStore(int tokens, int merges)
        : this(new AppendOnlyIndex<string>(tokens), new AppendOnlyIndex<BpePair>(merges), growing: false) { }

    /// <summary>The tokens by id.</summary>
    public AppendOnlyIndex<string> Tokens => tokens;

    /// <summary>The merges by rank.</summary>
    public AppendOnlyIndex<BpePair> Merges => merges;

    /// <summary>What becomes of a pair by the first <paramref name="known"/> merges.</summary>
    public bool TryMerge(BpePair pair, int known, out BpeMerge merge)
    {
        var rank = merges.Find(pair, known);
        merge = rank < 0 ? default : new BpeMerge(rank, Volatile.Read(ref results)[rank]);
        return rank >= 0;
    }

    /// <summary>The store that holds the first tokens and merges of this one and more after them: this one where these are all, else a copy.</summary>
    /// <exception cref="EngineException">A token or merge comes twice, or a merge names a token that is not there; vocabularies that exist stay as they are.</exception>
    public VocabularyStore Grow(
        int tokenCount,
        int mergeCount,
        IReadOnlyList<string> newTokens,
        IReadOnlyList<(string Left, string Right)> newMerges
    )
    {
        lock (gate)
        {
            if (growing && tokenCount == tokens.Count && mergeCount == merges.Count)
            {
                growing = false; // for good if a token or merge is faulty: what came before it stays here, where no vocabulary sees it
                Add(newTokens, newMerges);
                growing = true;
                return this;
            }
        }
        var (more, moreMerges) = (tokenCount + newTokens.Count, mergeCount + newMerges.Count);
        var copy = new VocabularyStore(
            tokens.Copy(tokenCount, more + (more / 2)),
            merges.Copy(mergeCount, moreMerges + (moreMerges / 2)),
            true
        )
        {
            results = [.. results.AsSpan(0, mergeCount)],
        };
        copy.Add(newTokens, newMerges);
        return copy;
    }

    /// <summary>Adds tokens, then merges of them.</summary>
    /// <exception cref="EngineException">One of them is faulty.</exception>
    public void Add(IEnumerable<string> newTokens, IEnumerable<(string Left, string Right)> newMerges)
    {
        foreach (var token in newTokens)
        {
            if (!tokens.TryAdd(token))
                throw new EngineException(
                    $"Token '{token}' has two ids, {tokens.Find(token, tokens.Count)} and {tokens.Count}; each token may come once."
                );
        }
        foreach (var merge in newMerges)
        {
            if (AddMerge(merge) is { } fault)
                throw new EngineException($"Merge {merges.Count} {fault}.");
        }
    }

    /// <summary>Adds a merge; what is wrong with it where it is not added.</summary>
    public string? AddMerge((string Left, string Right) merge)
    {
        int Id(string token) => tokens.Find(token, tokens.Count);
        var (left, right, result) = (Id(merge.Left), Id(merge.Right), Id(merge.Left + merge.Right));
        if (left < 0 || right < 0 || result < 0)
        {
            var missing =
                left < 0 ? merge.Left
                : right < 0 ? merge.Right
                : merge.Left + merge.Right;
            return $"'{merge.Left} {merge.Right}' needs the token '{missing}', which is not in the vocabulary";
        }
        if (merges.Count == results.Length)
        {
            var larger = new int[Math.Max(merges.Items.Length, merges.Count * 2)];
            results.CopyTo(larger, 0);
            Volatile.Write(ref results, larger);
        }
        results[merges.Count] = result; // before anyone can find the pair
        return merges.TryAdd(new BpePair(left, right)) ? null : $"'{merge.Left} {merge.Right}' comes twice";
    }
}

/// <summary>Two tokens by their ids.</summary>
internal readonly record struct BpePair(int Left, int Right);

/// <summary>A merge.</summary>
/// <param name="Rank">The lowest is applied first.</param>
/// <param name="Id">The token that the pair becomes.</param>
internal readonly record struct BpeMerge(int Rank, int Id);
