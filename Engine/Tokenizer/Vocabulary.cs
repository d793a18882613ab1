using System.Collections;

namespace CllClip.Engine.Tokenizer;

/// <summary>Tokens in id order and BPE merges in rank order. Immutable; growing makes a new one and never changes an id.</summary>
public sealed class Vocabulary
{
    private readonly VocabularyStore store; // shared with what grows out of this one: only its first tokens and merges count here
    private readonly ArraySegment<string> tokens;
    private readonly MergeList merges;

    private Vocabulary(VocabularyStore store, int tokenCount, int mergeCount)
    {
        this.store = store;
        tokens = new ArraySegment<string>(store.Tokens.Items, 0, tokenCount);
        merges = new MergeList(store.Tokens.Items, new ArraySegment<BpePair>(store.Merges.Items, 0, mergeCount));
    }

    /// <summary>The tokens; position = id.</summary>
    public IReadOnlyList<string> Tokens => tokens;

    /// <summary>The merges; position = rank, the lowest is applied first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges => merges;

    /// <summary>Number of tokens.</summary>
    public int Count => tokens.Count;

    /// <summary>Id of <c>&lt;|startoftext|&gt;</c>.</summary>
    /// <exception cref="EngineException">The vocabulary has none.</exception>
    public int StartId => Required(SpecialTokens.Start);

    /// <summary>Id of <c>&lt;|endoftext|&gt;</c>, which is also padding and unknown.</summary>
    /// <exception cref="EngineException">The vocabulary has none.</exception>
    public int EndId => Required(SpecialTokens.End);

    /// <summary>The id of a token, or null.</summary>
    public int? Find(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return store.Tokens.Find(token, Count) is >= 0 and var id ? id : null;
    }

    /// <summary>What becomes of a pair of tokens.</summary>
    internal bool TryMerge(int left, int right, out BpeMerge merge) => store.TryMerge(new BpePair(left, right), merges.Count, out merge);

    /// <summary>Makes a vocabulary from tokens in id order and merges in rank order.</summary>
    /// <exception cref="EngineException">A token or merge comes twice, or a merge names a token that is not there.</exception>
    public static Vocabulary From(IEnumerable<string> tokens, IEnumerable<(string Left, string Right)> merges)
    {
        var store = new VocabularyStore(0, 0);
        store.Add(tokens, merges);
        return new Vocabulary(store, store.Tokens.Count, store.Merges.Count);
    }

    /// <summary>Reads <c>vocab.json</c> and <c>merges.txt</c> of a Hugging Face folder.</summary>
    /// <exception cref="EngineException">A file is missing or broken; the message names file and line.</exception>
    public static Vocabulary Load(string folder)
    {
        var tokens = VocabularyFiles.ReadTokens(Path.Combine(folder, VocabularyFiles.VocabFile));
        var store = new VocabularyStore(tokens.Length, tokens.Length);
        store.Add(tokens, []);
        VocabularyFiles.ReadMerges(Path.Combine(folder, VocabularyFiles.MergesFile), store);
        return new Vocabulary(store, store.Tokens.Count, store.Merges.Count);
    }

    /// <summary>
    /// Reads the tokenizer of a Hugging Face folder: <c>vocab.json</c> with <c>merges.txt</c>, or <c>tokenizer.json</c> alone, as newer versions of
    /// transformers write it. Null where the folder has none of them.
    /// </summary>
    /// <exception cref="EngineException">A file is broken, one of the pair is missing, or the tokenizer is not CLIP's; the message names the file.</exception>
    public static Vocabulary? LoadIfThere(string folder)
    {
        bool There(string file) => File.Exists(Path.Combine(folder, file));
        var (vocab, merges) = (There(VocabularyFiles.VocabFile), There(VocabularyFiles.MergesFile));
        if (!(vocab && merges) && There(TokenizerJson.FileName))
        {
            return TokenizerJsonReader.Read(Path.Combine(folder, TokenizerJson.FileName));
        }
        return vocab || merges ? Load(folder) : null;
    }

    /// <summary>Writes <c>vocab.json</c> and <c>merges.txt</c> as Hugging Face does; each file appears whole or not at all.</summary>
    public void Save(string folder) => VocabularyFiles.Write(folder, this);

    /// <summary>Section 3's rule: new tokens of <paramref name="trained"/> in its id order get the next ids, its new merges are appended in order.</summary>
    public Vocabulary Grow(Vocabulary trained)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return Append(
            [.. trained.Tokens.Where(token => Find(token) is null)],
            [
                .. trained.Merges.Where(merge =>
                    !(Find(merge.Left) is { } left && Find(merge.Right) is { } right && TryMerge(left, right, out _))
                ),
            ]
        );
    }

    /// <summary>What this vocabulary has beyond <paramref name="earlier"/>.</summary>
    /// <exception cref="EngineException">This one did not grow out of <paramref name="earlier"/>.</exception>
    public VocabularyDelta Since(Vocabulary earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        if (!BeginsWith(earlier))
            throw new EngineException(
                "The vocabulary does not begin with the earlier one, so there is no difference to store; check the order of the stages."
            );
        return new VocabularyDelta(
            earlier.Count,
            earlier.Merges.Count,
            [.. tokens.AsSpan(earlier.Count)],
            [
                .. Enumerable
                    .Range(earlier.merges.Count, merges.Count - earlier.merges.Count)
                    .Select(rank => $"{merges[rank].Left} {merges[rank].Right}"),
            ]
        );
    }

    /// <summary>Adds what <see cref="Since"/> found: <c>earlier.Apply(later.Since(earlier))</c> equals <c>later</c>.</summary>
    /// <exception cref="EngineException">The difference belongs to another vocabulary, or is broken.</exception>
    public Vocabulary Apply(VocabularyDelta delta) => Apply([delta]);

    /// <summary>Adds several differences, each to what the one before it made; the cost of one.</summary>
    /// <exception cref="EngineException">A difference belongs to another vocabulary, or is broken.</exception>
    public Vocabulary Apply(IReadOnlyList<VocabularyDelta> deltas)
    {
        ArgumentNullException.ThrowIfNull(deltas);
        var (id, rank) = (Count, Merges.Count);
        foreach (var delta in deltas)
        {
            if (delta.FirstId != id || delta.FirstRank != rank)
            {
                throw new EngineException(
                    $"The vocabulary difference starts at token {delta.FirstId} and merge {delta.FirstRank}, but the vocabulary has {id} and {rank}: "
                        + "it belongs to another stage."
                );
            }
            id += delta.Tokens.Count;
            rank += delta.Merges.Count;
        }
        return Append([.. deltas.SelectMany(d => d.Tokens)], [.. deltas.SelectMany(d => d.Merges).Select(VocabularyDelta.ParseMerge)]);
    }

    /// <summary>Whether this one's first tokens and merges are those of another.</summary>
    private bool BeginsWith(Vocabulary earlier) =>
        Count >= earlier.Count
        && merges.Count >= earlier.merges.Count
        && (
            store == earlier.store || (tokens.AsSpan().StartsWith(earlier.tokens) && merges.Pairs.AsSpan().StartsWith(earlier.merges.Pairs)) // ids mean the same in both
        );

    private Vocabulary Append(IReadOnlyList<string> newTokens, IReadOnlyList<(string Left, string Right)> newMerges) =>
        new(store.Grow(Count, merges.Count, newTokens, newMerges), Count + newTokens.Count, merges.Count + newMerges.Count);

    private int Required(string special) =>
        Find(special)
        ?? throw new EngineException(
            $"The vocabulary has no token '{special}'; CLIP's tokenizer needs it. Train or export the vocabulary with both special tokens."
        );

    /// <summary>Pairs of ids read as pairs of tokens.</summary>
    private sealed class MergeList(string[] tokens, ArraySegment<BpePair> pairs) : IReadOnlyList<(string Left, string Right)>
    {
        public ArraySegment<BpePair> Pairs => pairs;

        public int Count => pairs.Count;

        public (string Left, string Right) this[int index] => (tokens[pairs[index].Left], tokens[pairs[index].Right]);

        public IEnumerator<(string Left, string Right)> GetEnumerator() =>
            pairs.Select(p => (tokens[p.Left], tokens[p.Right])).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
