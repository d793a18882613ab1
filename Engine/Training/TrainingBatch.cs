using CllClip.Engine.Data;
using CllClip.Engine.Device;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>One mini-batch, in any order; sorted by length it is cut into parts with little padding.</summary>
/// <param name="Tokens">B captions as token ids, start and end included, cut to the tower's length.</param>
/// <param name="Targets">Targets of the distance term. [B, D]</param>
/// <param name="Images">Teacher's image embeddings. [B, D]</param>
/// <param name="ImageIds">Which captions share an image. [B] int64</param>
/// <param name="FromMemory">Whether a caption comes from replay memory; null for none.</param>
public sealed record TrainingBatch(IReadOnlyList<int[]> Tokens, Tensor Targets, Tensor Images, Tensor ImageIds, bool[]? FromMemory = null)
{
    /// <summary>Where the captions come from, what a replay memory stores; empty where only their ids are known.</summary>
    public IReadOnlyList<TrainingPair> Pairs { get; init; } = [];

    /// <summary>This batch and another as one; the other's captions come from replay memory.</summary>
    public TrainingBatch WithMemory(TrainingBatch memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        var known = FromMemory ?? new bool[Tokens.Count];
        return new TrainingBatch(
            [.. Tokens, .. memory.Tokens],
            cat([Targets, memory.Targets]),
            cat([Images, memory.Images]),
            cat([ImageIds, memory.ImageIds]),
            [.. known, .. Enumerable.Repeat(true, memory.Tokens.Count)]
        )
        {
            Pairs = Pairs.Count == Tokens.Count && memory.Pairs.Count == memory.Tokens.Count ? [.. Pairs, .. memory.Pairs] : [],
        };
    }

    /// <summary>The batch by rising length of its captions; itself where it is so already.</summary>
    /// <param name="order">Where each caption of the result stands in this batch.</param>
    public TrainingBatch SortedByLength(out int[] order)
    {
        var places = order = [.. Enumerable.Range(0, Tokens.Count).OrderBy(i => Tokens[i].Length)]; // stable
        if (order.SequenceEqual(Enumerable.Range(0, Tokens.Count)))
        {
            return this;
        }
        var index = Array.ConvertAll(order, i => (long)i).On(Targets.device);
        return new TrainingBatch(
            [.. places.Select(i => Tokens[i])],
            Targets.index_select(0, index),
            Images.index_select(0, index),
            ImageIds.index_select(0, index),
            FromMemory is null ? null : [.. places.Select(i => FromMemory[i])]
        )
        {
            Pairs = Pairs.Count == Tokens.Count ? [.. places.Select(i => Pairs[i])] : Pairs,
        };
    }
}

/// <summary>Cuts a run of captions into consecutive parts so that padding costs little.</summary>
public static class BatchParts
{
    private const int CpuPart = 160;
    private const int GpuPart = 4096;

    /// <summary>What one more part costs on a device, in tokens: the fixed price of the tower's kernels (docs/benchmarks.md).</summary>
    public static int CostOn(torch.Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type == DeviceType.CPU ? CpuPart : GpuPart;
    }

    /// <summary>Bounds of the parts that minimise padded tokens plus the cost of parts: [0, …, B].</summary>
    /// <param name="captions">By rising length.</param>
    /// <param name="partCost">What one more part costs, in tokens.</param>
    public static IReadOnlyList<int> Cut(IReadOnlyList<int[]> captions, int partCost)
    {
        ArgumentNullException.ThrowIfNull(captions);
        var n = captions.Count;
        var (best, from) = (new long[n + 1], new int[n + 1]);
        for (var end = 1; end <= n; end++)
        {
            best[end] = long.MaxValue;
            var longest = 0;
            for (var start = end - 1; start >= 0; start--)
            {
                longest = Math.Max(longest, captions[start].Length);
                var cost = best[start] + (long)longest * (end - start) + partCost;
                if (cost < best[end])
                {
                    (best[end], from[end]) = (cost, start);
                }
            }
        }
        var bounds = new List<int> { n };
        while (bounds[^1] > 0)
        {
            bounds.Add(from[bounds[^1]]);
        }
        bounds.Reverse();
        return bounds;
    }
}
