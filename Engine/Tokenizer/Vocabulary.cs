namespace CllClip.Engine.Tokenizer;

/// <summary>Tokens in id order and BPE merges in rank order. Immutable; growing makes a new one and never changes an id.</summary>
public sealed class Vocabulary
{
    private readonly Dictionary<string, int> ids;

    private Vocabulary(string[] tokens, (string Left, string Right)[] merges, Dictionary<string, int> ids)
    {
        Tokens = tokens;
        Merges = merges;
        this.ids = ids;
    }

    /// <summary>The tokens; position = id.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>The merges; position = rank, the lowest is applied first.</summary>
    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>Number of tokens.</summary>
    public int Count => Tokens.Count;

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
        string[] tokenArray = [.. tokens];
        (string, string)[] mergeArray = [.. merges];
        var ids = new Dictionary<string, int>(tokenArray.Length, StringComparer.Ordinal);
        for (var id = 0; id < tokenArray.Length; id++)
        {
            if (!ids.TryAdd(tokenArray[id], id))
                throw new EngineException(
                    $"Token '{tokenArray[id]}' has two ids, {ids[tokenArray[id]]} and {id}; each token may come once."
                );
        }
        var seen = new HashSet<(string, string)>(mergeArray.Length);
        for (var rank = 0; rank < mergeArray.Length; rank++)
        {
            if (MergeFault(mergeArray[rank], ids.ContainsKey, seen) is { } fault)
                throw new EngineException($"Merge {rank} {fault}.");
            var (left, right) = mergeArray[rank];
            mergeArray[rank] = (tokenArray[ids[left]], tokenArray[ids[right]]); // the strings that are there: half the memory
        }
        return new Vocabulary(tokenArray, mergeArray, ids);
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
        var known = new HashSet<(string, string)>(Merges);
        return Append(trained.Tokens.Where(token => !ids.ContainsKey(token)), trained.Merges.Where(merge => !known.Contains(merge)));
    }

    /// <summary>What this vocabulary has beyond <paramref name="earlier"/>.</summary>
    /// <exception cref="EngineException">This one did not grow out of <paramref name="earlier"/>.</exception>
    public VocabularyDelta Since(Vocabulary earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        if (!Tokens.Take(earlier.Count).SequenceEqual(earlier.Tokens) || !Merges.Take(earlier.Merges.Count).SequenceEqual(earlier.Merges))
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
        var (tokens, merges) = (Count, Merges.Count);
        foreach (var delta in deltas)
        {
            if (delta.FirstId != tokens || delta.FirstRank != merges)
            {
                throw new EngineException(
                    $"The vocabulary difference starts at token {delta.FirstId} and merge {delta.FirstRank}, but the vocabulary has {tokens} and {merges}: "
                        + "it belongs to another stage."
                );
            }
            tokens += delta.Tokens.Count;
            merges += delta.Merges.Count;
        }
        return Append(deltas.SelectMany(d => d.Tokens), deltas.SelectMany(d => d.Merges).Select(VocabularyDelta.ParseMerge));
    }

    /// <summary>What is wrong with a merge, or null. <paramref name="seen"/> takes it up.</summary>
    internal static string? MergeFault((string Left, string Right) merge, Func<string, bool> has, HashSet<(string, string)> seen)
    {
        var (left, right) = merge;
        var missing =
            !has(left) ? left
            : !has(right) ? right
            : !has(left + right) ? left + right
            : null;
        if (missing is not null)
            return $"'{left} {right}' needs the token '{missing}', which is not in the vocabulary";
        return seen.Add(merge) ? null : $"'{left} {right}' comes twice";
    }

    private Vocabulary Append(IEnumerable<string> tokens, IEnumerable<(string, string)> merges) =>
        From(Tokens.Concat(tokens), Merges.Concat(merges));

    private int Required(string special) =>
        Find(special)
        ?? throw new EngineException(
            $"The vocabulary has no token '{special}'; CLIP's tokenizer needs it. Train or export the vocabulary with both special tokens."
        );
}
