namespace CllClip.Engine.Tokenizer;

/// <summary>Tokens in id order and BPE merges in rank order. Immutable; growing makes a new one and never changes an id.</summary>
public sealed class Vocabulary
{
    private readonly string[] tokens;
    private readonly (string Left, string Right)[] merges;
    private readonly Dictionary<string, int> ids;
    private BpeMergeTable? table;

    private Vocabulary(string[] tokens, (string Left, string Right)[] merges, Dictionary<string, int> ids, BpeMergeTable? table = null)
    {
        this.tokens = tokens;
        this.merges = merges;
        this.ids = ids;
        this.table = table;
    }

    /// <summary>The tokens; position = id.</summary>
    public IReadOnlyList<string> Tokens => tokens;

    /// <summary>The merges; position = rank, the lowest is applied first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges => merges;

    /// <summary>Number of tokens.</summary>
    public int Count => tokens.Length;

    /// <summary>The merges by the ids of their pairs, made when first asked for.</summary>
    internal BpeMergeTable MergeTable => LazyInitializer.EnsureInitialized(ref table, () => BpeMergeTable.Of(merges, ids));

    /// <summary>Id of <c>&lt;|startoftext|&gt;</c>.</summary>
    /// <exception cref="EngineException">The vocabulary has none.</exception>
    public int StartId => Required(SpecialTokens.Start);

    /// <summary>Id of <c>&lt;|endoftext|&gt;</c>, which is also padding and unknown.</summary>
    /// <exception cref="EngineException">The vocabulary has none.</exception>
    public int EndId => Required(SpecialTokens.End);

    /// <summary>The id of a token, or null.</summary>
    public int? Find(string token) => ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>Makes a vocabulary from tokens in id order and merges in rank order.</summary>
    /// <exception cref="EngineException">A token or merge comes twice, or a merge names a token that is not there.</exception>
    public static Vocabulary From(IEnumerable<string> tokens, IEnumerable<(string Left, string Right)> merges)
    {
        return new Vocabulary([], [], new Dictionary<string, int>(StringComparer.Ordinal), new BpeMergeTable()).Append(tokens, merges);
    }

    /// <summary>Reads <c>vocab.json</c> and <c>merges.txt</c> of a Hugging Face folder.</summary>
    /// <exception cref="EngineException">A file is missing or broken; the message names file and line.</exception>
    public static Vocabulary Load(string folder)
    {
        var tokens = VocabularyFiles.ReadTokens(Path.Combine(folder, VocabularyFiles.VocabFile));
        var ids = new Dictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        for (var id = 0; id < tokens.Length; id++)
            ids.Add(tokens[id], id);
        return new Vocabulary(tokens, VocabularyFiles.ReadMerges(Path.Combine(folder, VocabularyFiles.MergesFile), ids), ids);
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
            trained.Tokens.Where(token => !ids.ContainsKey(token)),
            trained.Merges.Where(merge => !(Find(merge.Left) is { } left && Find(merge.Right) is { } right && MergeTable.Has(left, right)))
        );
    }

    /// <summary>What this vocabulary has beyond <paramref name="earlier"/>.</summary>
    /// <exception cref="EngineException">This one did not grow out of <paramref name="earlier"/>.</exception>
    public VocabularyDelta Since(Vocabulary earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        if (!tokens.AsSpan().StartsWith(earlier.tokens) || !merges.AsSpan().StartsWith(earlier.merges))
            throw new EngineException(
                "The vocabulary does not begin with the earlier one, so there is no difference to store; check the order of the stages."
            );
        return new VocabularyDelta(
            earlier.Count,
            earlier.Merges.Count,
            [.. Tokens.Skip(earlier.Count)],
            [.. Merges.Skip(earlier.Merges.Count).Select(merge => $"{merge.Left} {merge.Right}")]
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
        return Append(deltas.SelectMany(d => d.Tokens), deltas.SelectMany(d => d.Merges).Select(VocabularyDelta.ParseMerge));
    }

    /// <summary>What is wrong with a merge, or null. <paramref name="seen"/> takes it up.</summary>
    internal static string? MergeFault((string Left, string Right) merge, Func<string, bool> has, HashSet<(string, string)> seen)
    {
        if (MissingToken(merge, has) is { } missing)
            return Needs(merge, missing);
        return seen.Add(merge) ? null : Twice(merge);
    }

    private static string? MissingToken((string Left, string Right) merge, Func<string, bool> has) =>
        !has(merge.Left) ? merge.Left
        : !has(merge.Right) ? merge.Right
        : !has(merge.Left + merge.Right) ? merge.Left + merge.Right
        : null;

    private static string Needs((string Left, string Right) merge, string missing) =>
        $"'{merge.Left} {merge.Right}' needs the token '{missing}', which is not in the vocabulary";

    private static string Twice((string Left, string Right) merge) => $"'{merge.Left} {merge.Right}' comes twice";

    /// <summary>This vocabulary and more; what is here is known to be sound and is only copied.</summary>
    private Vocabulary Append(IEnumerable<string> newTokens, IEnumerable<(string Left, string Right)> newMerges)
    {
        string[] grown = [.. tokens, .. newTokens];
        var grownIds = new Dictionary<string, int>(ids, StringComparer.Ordinal);
        grownIds.EnsureCapacity(grown.Length);
        for (var id = tokens.Length; id < grown.Length; id++)
        {
            if (!grownIds.TryAdd(grown[id], id))
                throw new EngineException($"Token '{grown[id]}' has two ids, {grownIds[grown[id]]} and {id}; each token may come once.");
        }
        (string Left, string Right)[] all = [.. merges, .. newMerges];
        var grownTable = MergeTable.Copy(all.Length);
        for (var rank = merges.Length; rank < all.Length; rank++)
        {
            var (left, right) = all[rank];
            if (MissingToken(all[rank], grownIds.ContainsKey) is { } missing)
                throw new EngineException($"Merge {rank} {Needs(all[rank], missing)}.");
            var (first, second) = (grownIds[left], grownIds[right]);
            if (!grownTable.TryAdd(first, second, rank, grownIds[left + right]))
                throw new EngineException($"Merge {rank} {Twice(all[rank])}.");
            all[rank] = (grown[first], grown[second]); // the strings that are there: half the memory
        }
        return new Vocabulary(grown, all, grownIds, grownTable);
    }

    private int Required(string special) =>
        Find(special)
        ?? throw new EngineException(
            $"The vocabulary has no token '{special}'; CLIP's tokenizer needs it. Train or export the vocabulary with both special tokens."
        );
}
