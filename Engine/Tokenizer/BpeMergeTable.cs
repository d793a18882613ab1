namespace CllClip.Engine.Tokenizer;

/// <summary>Merges by the ids of their pairs. A vocabulary grows by copying its table, which costs little beside making it anew from strings.</summary>
internal sealed class BpeMergeTable
{
    private readonly Dictionary<long, BpeMerge> merges;

    /// <summary>An empty table.</summary>
    public BpeMergeTable()
        : this([]) { }

    private BpeMergeTable(Dictionary<long, BpeMerge> merges) => this.merges = merges;

    /// <summary>The table of sound merges.</summary>
    public static BpeMergeTable Of(IReadOnlyList<(string Left, string Right)> merges, Dictionary<string, int> ids)
    {
        var table = new BpeMergeTable(new Dictionary<long, BpeMerge>(merges.Count));
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right) = merges[rank];
            table.TryAdd(ids[left], ids[right], rank, ids[left + right]);
        }
        return table;
    }

    /// <summary>A copy with room for so many.</summary>
    public BpeMergeTable Copy(int capacity)
    {
        var copy = new Dictionary<long, BpeMerge>(merges);
        copy.EnsureCapacity(capacity);
        return new BpeMergeTable(copy);
    }

    /// <summary>Adds a merge; false if the pair is there.</summary>
    public bool TryAdd(int left, int right, int rank, int id) => merges.TryAdd(Pair(left, right), new BpeMerge(rank, id));

    /// <summary>Whether a pair is merged.</summary>
    public bool Has(int left, int right) => merges.ContainsKey(Pair(left, right));

    /// <summary>What becomes of a pair.</summary>
    public bool TryGet(int left, int right, out BpeMerge merge) => merges.TryGetValue(Pair(left, right), out merge);

    private static long Pair(int left, int right) => ((long)left << 32) | (uint)right;
}

/// <summary>A merge.</summary>
/// <param name="Rank">The lowest is applied first.</param>
/// <param name="Id">The token that the pair becomes.</param>
internal readonly record struct BpeMerge(int Rank, int Id);
