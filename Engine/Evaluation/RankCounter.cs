using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CllClip.Engine.Evaluation;

/// <summary>
/// Counts ranks in both directions in one pass over blocks of scores: nothing is sorted and no matrix is kept. A score further from a bound than its
/// margin is decided as it is; the others, few in a thousand at most, are computed exactly.
/// </summary>
internal sealed class RankCounter
{
    private const int CaptionsPerBlock = 512;

    /// <summary>Share of a block that may be computed again, pair by pair, before its exact matrix costs less.</summary>
    private const int BlockOverDoubts = 64;

    private readonly RankScores _scores;
    private readonly IReadOnlyList<long> _owner;
    private readonly float[] _own; // the caption's score with its own image [M]
    private readonly float[] _best; // an image's best own caption [N]
    private readonly bool[] _described; // [N]
    private readonly int[] _reached; // captions that reach an image's bound [N]
    private float[] _low = []; // bound - margin [N]
    private float[] _high = []; // bound + margin [N]
    private float _margin;
    private long _doubts;

    private RankCounter(RankScores scores, IReadOnlyList<long> owner, float[] own)
    {
        (_scores, _owner, _own) = (scores, owner, own);
        (_best, _described, _reached) = (new float[scores.Images], new bool[scores.Images], new int[scores.Images]);
        Array.Fill(_best, float.NegativeInfinity);
        for (var c = 0; c < own.Length; c++)
        {
            _described[owner[c]] = true;
            _best[owner[c]] = Math.Max(_best[owner[c]], own[c]);
        }
        Trust(scores.Margin);
    }

    /// <summary>Ranks from 0, and -1 for an image without captions.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="owner">The caption's own image. [M]</param>
    /// <param name="own">The caption's true score with it. [M]</param>
    /// <exception cref="EngineException">A score is NaN.</exception>
    public static (long[] T2i, long[] I2t) Count(RankScores scores, IReadOnlyList<long> owner, float[] own) =>
        new RankCounter(scores, owner, own).Count();

    /// <summary>Captions a block at a time.</summary>
    public static IEnumerable<(int First, int Count)> Blocks(long captions)
    {
        for (var first = 0; first < captions; first += CaptionsPerBlock)
        {
            yield return (first, (int)Math.Min(CaptionsPerBlock, captions - first));
        }
    }

    private (long[] T2i, long[] I2t) Count()
    {
        var t2i = new long[_own.Length];
        foreach (var (first, count) in Blocks(_own.Length))
        {
            using var block = NewDisposeScope();
            var exact = _margin == 0;
            var numbers = Numbers(exact ? _scores.ExactBlock(first, count) : _scores.Block(first, count));
            _doubts = 0;
            for (var c = first; c < first + count; c++)
            {
                if (!exact && _doubts > (long)count * _best.Length / BlockOverDoubts)
                {
                    // embeddings that lie this close will do so in the next block too
                    Trust(0);
                    numbers = Numbers(_scores.ExactBlock(first, count));
                    exact = true;
                }
                var row = numbers.Slice((c - first) * _best.Length, _best.Length);
                var mine = (int)_owner[c];
                t2i[c] = Row(row, c, 0, mine) + Row(row, c, mine + 1, row.Length);
            }
        }
        return (t2i, [.. _reached.Select((r, i) => _described[i] ? (long)r : -1)]);
    }

    /// <summary>Counts the images from..to that score at least the caption's bound, and counts the caption at each of them whose bound it reaches.</summary>
    private int Row(ReadOnlySpan<float> row, int caption, int from, int to)
    {
        var (low, high) = (_own[caption] - _margin, _own[caption] + _margin);
        var (lows, highs, counts, i) = (new Vector<float>(low), new Vector<float>(high), Vector<int>.Zero, from);
        var count = 0;
        for (; i <= to - Vector<float>.Count; i += Vector<float>.Count)
        {
            var score = new Vector<float>(row[i..]);
            var reached = new Vector<int>(_reached, i);
            if (_margin == 0)
            {
                counts -= Vector.GreaterThanOrEqual(score, lows); // a mask that holds is -1
                (reached - Vector.GreaterThanOrEqual(score, new Vector<float>(_low, i))).CopyTo(_reached, i);
                continue;
            }
            var (surely, there) = (Vector.GreaterThan(score, highs), Vector.GreaterThan(score, new Vector<float>(_high, i)));
            counts -= surely;
            (reached - there).CopyTo(_reached, i);
            var open = Vector.AndNot(Vector.GreaterThanOrEqual(score, lows), surely);
            open |= Vector.AndNot(Vector.GreaterThanOrEqual(score, new Vector<float>(_low, i)), there);
            if (open != Vector<int>.Zero)
            {
                for (var lane = 0; lane < Vector<int>.Count; lane++)
                {
                    count += open[lane] == 0 ? 0 : Open(row[i + lane], caption, i + lane, low, high);
                }
            }
        }
        count += Vector.Sum(counts);
        for (; i < to; i++)
        {
            count += row[i] > high ? 1 : 0;
            _reached[i] += row[i] > _high[i] ? 1 : 0;
            count += Open(row[i], caption, i, low, high);
        }
        return count;
    }

    /// <summary>Decides what a score leaves open, for the caption (1 where the image ranks ahead) and for the image.</summary>
    private int Open(float score, int caption, int image, float low, float high)
    {
        var (own, other) = (score >= low && !(score > high), score >= _low[image] && !(score > _high[image]));
        if (!own && !other)
        {
            return 0;
        }
        _doubts++;
        var exact = _margin == 0 ? score : _scores.Exact(caption, image);
        _reached[image] += other && exact >= _best[image] ? 1 : 0;
        return own && exact >= _own[caption] ? 1 : 0;
    }

    private void Trust(float margin)
    {
        _margin = margin;
        (_low, _high) = ([.. _best.Select(b => b - margin)], [.. _best.Select(b => b + margin)]);
    }

    /// <summary>A tensor's numbers as float32, where they lie; valid while the scope at hand is.</summary>
    /// <exception cref="EngineException">One is NaN.</exception>
    private static ReadOnlySpan<float> Numbers(Tensor values)
    {
        var numbers = MemoryMarshal.Cast<byte, float>(values.to_type(ScalarType.Float32).cpu().contiguous().bytes);
        return TensorPrimitives.IsNaNAny<float>(numbers)
            ? throw new EngineException(
                "A similarity is NaN: the model's embeddings are broken. Lower the learning rate, or check the checkpoint's weights."
            )
            : numbers;
    }
}
