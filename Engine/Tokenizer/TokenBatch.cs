namespace CllClip.Engine.Tokenizer;

/// <summary>Texts of one batch, padded to the longest with EOS.</summary>
/// <param name="InputIds">[Count, Length] row-major.</param>
/// <param name="AttentionMask">[Count, Length] row-major: 1 at the text (start and EOS included), 0 at padding.</param>
/// <param name="Count">Number of texts, B.</param>
/// <param name="Length">Length of the longest, L.</param>
public sealed record TokenBatch(long[] InputIds, long[] AttentionMask, int Count, int Length)
{
    /// <summary>Encodes texts, each cut to <paramref name="maxLength"/> ids so that EOS stays.</summary>
    public static TokenBatch Build(ClipTokenizer tokenizer, IReadOnlyList<string> texts, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(texts);
        return Pad([.. texts.Select(text => tokenizer.Encode(text, maxLength))], tokenizer.EndId);
    }

    /// <summary>Pads rows of ids to the longest with <paramref name="padId"/>.</summary>
    public static TokenBatch Pad(IReadOnlyList<int[]> rows, int padId)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var length = rows.Count == 0 ? 0 : rows.Max(row => row.Length);
        var ids = new long[rows.Count * length];
        var mask = new long[ids.Length];
        Array.Fill(ids, padId);
        for (var r = 0; r < rows.Count; r++)
        {
            for (var i = 0; i < rows[r].Length; i++)
                ids[r * length + i] = rows[r][i];
            mask.AsSpan(r * length, rows[r].Length).Fill(1);
        }
        return new TokenBatch(ids, mask, rows.Count, length);
    }
}
