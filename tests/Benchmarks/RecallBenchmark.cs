using System.Runtime.InteropServices;
using CllClip.Engine.Device;
using CllClip.Engine.Evaluation;
using TorchSharp;
using static CllClip.Benchmarks.Measure;
using static TorchSharp.torch;

namespace CllClip.Benchmarks;

/// <summary>Recall@1, 5, 10 in both directions on MSCOCO's size beside the naive way, one thread.</summary>
/// <remarks>
/// Naive: the whole matrix of similarities by a plain loop over each pair's numbers, then every row and every column sorted with its indices. Also given:
/// the same with the matrix from libtorch's product in float32. The naive side is timed on some captions and images, scaled up.
/// </remarks>
internal sealed class RecallBenchmark : IBenchmark
{
    private const int Captions = 25_000;
    private const int Images = 5_000;
    private const int Size = 512;
    private const int DotsPart = 100; // one caption in so many is timed
    private const int SortsPart = 20;
    private const double Target = 50;
    private const double MostMegabytes = 300;

    /// <inheritdoc/>
    public string Verb => "recall";

    /// <inheritdoc/>
    public string Summary => "[ROUNDS]: 25,000 captions x 5,000 images over a sort per row and column (targets: 50 times, 300 MB)";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        TorchProcess.Configure(1);
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        random.manual_seed(1);
        var images = randn(Images, Size);
        long[] owner = [.. Enumerable.Range(0, Captions).Select(c => (long)c * Images / Captions)];
        var texts = images.index_select(0, tensor(owner)).mul(0.12).add(randn(Captions, Size)); // recalls of a trained model's size
        var (a, b) = (Unit(texts), Unit(images));

        // the second call: what libtorch and the runtime take once is not the evaluation's
        RetrievalRecall.Of(texts, images, owner);
        GC.Collect();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        var before = process.WorkingSet64 / 1e6;
        ForgetPeak();
        var recalls = RetrievalRecall.Of(texts, images, owner);
        var memory = PeakMegabytes() - before;

        var naive = 0L;
        var times = InTurn(
            Whole(args, 0, 5),
            1,
            () => RetrievalRecall.Of(texts, images, owner),
            () => naive += Dots(a, b),
            () => naive += SortRows(a, b),
            () => naive += SortColumns(a, b),
            () => a.matmul(b.t()).Dispose()
        );
        var (ours, product) = (times[0], times[4]);
        double[] sorts = [.. times[2].Zip(times[3], (r, c) => SortsPart * (r + c))];
        double[] plain = [.. times[1].Zip(sorts, (d, s) => DotsPart * d + s)];
        double[] withProduct = [.. product.Zip(sorts, (p, s) => p + s)];
        var ratio = Ratio(plain, ours);
        Line($"{Captions:N0} captions x {Images:N0} images, D = {Size}: R@1 {recalls.T2i[0]:0.0} / {recalls.I2t[0]:0.0}, one thread");
        Line(
            $"this {Median(ours):0} ms; of that libtorch's product alone {Median(product):0} ms; extra memory {memory:0} MB (target {MostMegabytes:0})"
        );
        Line(
            $"naive {Median(plain):0} ms (plain dot products {DotsPart * Median(times[1]):0}, sorts {Median(sorts):0}): ratio {ratio:0.0} (target {Target:0})"
        );
        Line(
            $"naive with libtorch's product {Median(withProduct):0} ms: ratio {Ratio(withProduct, ours):0.0}; the sorts alone {Ratio(sorts, ours):0.0}"
        );
        return ratio >= Target && memory <= MostMegabytes && naive != 0 ? 0 : 1;
    }

    private static Tensor Unit(Tensor rows) => rows / rows.norm(1, keepdim: true, p: 2);

    private static ReadOnlySpan<float> Numbers(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <summary>Scores of some captions with all images.</summary>
    private static long Dots(Tensor texts, Tensor images)
    {
        var a = Numbers(texts);
        var b = Numbers(images);
        var positive = 0L;
        for (var c = 0; c < Captions; c += DotsPart)
        {
            var row = a.Slice(c * Size, Size);
            for (var i = 0; i < Images; i++)
            {
                var other = b.Slice(i * Size, Size);
                var sum = 0f;
                for (var d = 0; d < row.Length; d++)
                {
                    sum += row[d] * other[d];
                }
                positive += sum > 0 ? 1 : 0;
            }
        }
        return positive;
    }

    private static long SortRows(Tensor texts, Tensor images) => Sort(texts, images, Captions / SortsPart);

    private static long SortColumns(Tensor texts, Tensor images) => Sort(images, texts, Images / SortsPart);

    /// <summary>Sorts the scores of some queries with all candidates; making them is not timed elsewhere and so done by a product, a few at a time.</summary>
    private static long Sort(Tensor queries, Tensor candidates, int count)
    {
        const int atOnce = 50;
        var (keys, places) = (new float[candidates.shape[0]], new int[candidates.shape[0]]);
        var first = 0L;
        for (var q = 0; q < count; q += atOnce)
        {
            using var scope = NewDisposeScope();
            var scores = Numbers(queries.narrow(0, q, atOnce).matmul(candidates.t()));
            for (var i = 0; i < atOnce; i++)
            {
                scores.Slice(i * keys.Length, keys.Length).CopyTo(keys);
                for (var p = 0; p < places.Length; p++)
                {
                    places[p] = p;
                }
                Array.Sort(keys, places);
                first += places[^1];
            }
        }
        return first;
    }
}
