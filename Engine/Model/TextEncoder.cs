using CllClip.Engine.Device;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Model;

/// <summary>Embeds many captions without gradient: sorted by length, in batches, with one gather of the rows they use.</summary>
public static class TextEncoder
{
    private const int CpuBatch = 2048; // tokens; more takes memory and no less time (docs/benchmarks.md)
    private const int GpuBatch = 32_768; // fewer leave a GPU idle

    /// <summary>Embeds captions, not normalised, in their order. [M, D]</summary>
    /// <param name="tower">The text tower.</param>
    /// <param name="rows">Gives the values of rows of the token embedding. [n] ids to [n, W]</param>
    /// <param name="captions">Token ids, start and end included, cut to the tower's length.</param>
    /// <param name="parts">What a method adds; null for nothing.</param>
    /// <param name="stop">Stops between batches.</param>
    public static Tensor Encode(
        TextTower tower,
        Func<long[], Tensor> rows,
        IReadOnlyList<int[]> captions,
        PartsOf? parts = null,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(tower);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(captions);
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var used = captions.SelectMany(c => c).Distinct().Order().ToArray();
        var place = used.Select((id, i) => (id, i)).ToDictionary(x => x.id, x => (long)x.i);
        var table = rows([.. used.Select(id => (long)id)]); // [n, W]
        var order = Enumerable.Range(0, captions.Count).OrderBy(i => captions[i].Length).ToArray();
        var outputs = new List<Tensor>();
        var most = tower.Device.type == DeviceType.CPU ? CpuBatch : GpuBatch;
        for (var first = 0; first < order.Length; )
        {
            stop.ThrowIfCancellationRequested();
            var count = 1;
            while (first + count < order.Length && (count + 1) * captions[order[first + count]].Length <= most)
            {
                count++;
            }
            outputs.Add(Batch(tower, table, place, [.. order.AsSpan(first, count).ToArray().Select(i => captions[i])], parts));
            first += count;
        }
        var back = new long[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            back[order[i]] = i;
        }
        return cat(outputs).index_select(0, tensor(back, ScalarType.Int64, table.device)).MoveToOuterDisposeScope();
    }

    /// <summary>Where a caption ends: the first place of the id that closes it. An unknown character may have that id too (spec section 2).</summary>
    internal static long EndOf(int[] caption) => Array.IndexOf(caption, caption[^1]);

    private static Tensor Batch(TextTower tower, Tensor table, Dictionary<int, long> place, int[][] captions, PartsOf? parts)
    {
        using var scope = NewDisposeScope();
        var length = captions[^1].Length; // sorted: the last is the longest
        var ids = new long[captions.Length * length];
        for (var c = 0; c < captions.Length; c++)
        {
            for (var i = 0; i < length; i++)
            {
                ids[c * length + i] = place[captions[c][Math.Min(i, captions[c].Length - 1)]];
            }
        }
        var tokens = table.index_select(0, ids.On(table.device)).reshape(captions.Length, length, -1); // [B, L, W]
        var ends = captions.Select(EndOf).ToArray().On(table.device);
        return tower.Forward(tokens, ends, parts: parts?.Invoke(tokens, ends)).MoveToOuterDisposeScope();
    }
}
