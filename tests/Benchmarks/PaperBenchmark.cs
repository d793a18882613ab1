using CllClip.Engine.Device;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using TorchSharp;
using static CllClip.Benchmarks.Measure;
using static TorchSharp.torch;

namespace CllClip.Benchmarks;

/// <summary>What the paper's whole experiment would take: MSCOCO36, ViT-B/16, 36 tasks of three epochs, from steps measured here; and computed for a GPU.</summary>
internal sealed class PaperBenchmark : IBenchmark
{
    private const int Languages = 36;
    private const int Epochs = 3;
    private const long Captions = 566_747; // training captions of a language
    private const long TestCaptions = 25_000;
    private const int TestImages = 5_000;
    private const long TrainingImages = 113_287;
    private const int Batch = 128;
    private const int Rows = 10_000; // of the table in use in a task
    private const int Width = 512;
    private const int Layers = 12;
    private const int VisionWidth = 768;
    private const int VisionTokens = 197;
    private const int VisionBatch = 8;
    private const double GpuBfloat = 312e12; // NVIDIA A100, dense bfloat16, by its data sheet
    private const double GpuSingle = 19.5e12; // the same in float32, which the engine computes in
    private const double BfloatUse = 0.2; // batches of 128 short captions leave much of it idle
    private const double SingleUse = 0.6;

    /// <inheritdoc/>
    public string Verb => "paper";

    /// <inheritdoc/>
    public string Summary =>
        "[THREADS] [ROUNDS]: hours that the paper's 36 languages would take on this processor (measured steps), and on a GPU (computed)";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        var threads = Whole(args, 0, 1);
        // one thread's processor time is its time on a machine that does nothing else
        double Clock(Action action) => threads == 1 ? ProcessorTime(action) : Time(action);
        TorchProcess.Configure(threads);
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        using var tower = TextTower.Create(new TowerSizes(Width, 8, Layers), TowerWeights.Random(Width, Layers, Width));
        using var embedding = new TokenEmbedding(randn(Rows, Width) * 0.02);
        using var rows = new TaskRows(embedding, [.. Enumerable.Range(0, Rows).Select(i => (long)i)]);
        using var method = new ContinualClip();
        using var training = new TaskTraining(tower, rows, null, method, new TrainingSettings { LearningRate = 1e-3 }, 1_000_000);
        var draws = new Random(1);
        int[][] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => Caption(draws))];
        TrainingBatch[] batches =
        [
            .. Enumerable.Range(0, 4).Select(_ => new TrainingBatch(Draw(Batch), randn(Batch, Width), randn(Batch, Width), arange(Batch))),
        ];
        var (test, next) = (Draw(256), 0);
        var pixels = randn(VisionBatch, VisionTokens, VisionWidth);
        using var vision = TextTower.Create(
            new TowerSizes(VisionWidth, 12, Layers),
            TowerWeights.Random(VisionWidth, Layers, Width, VisionTokens)
        );
        var last = full([VisionBatch], VisionTokens - 1, ScalarType.Int64);
        var (texts, images) = (randn(TestCaptions, Width), randn(TestImages, Width));
        long[] owner = [.. Enumerable.Range(0, (int)TestCaptions).Select(c => (long)c / 5)];
        var times = InTurn(
            Clock,
            Whole(args, 1, 4),
            1,
            () => training.Step(batches[next++ % batches.Length]),
            () => TextEncoder.Encode(tower, rows.Gather, test).Dispose(),
            () =>
            {
                using var nothing = no_grad();
                vision.Forward(pixels, last).Dispose();
            },
            () => RetrievalRecall.Of(texts, images, owner)
        );
        var (step, encode) = (Median(times[0]) / 1e3, Median(times[1]) / 1e3 / test.Length);
        var (image, recall) = (Median(times[2]) / 1e3 / VisionBatch, Median(times[3]) / 1e3);
        var steps = Captions / Batch * Epochs * Languages;
        var scored = Languages * (Languages + 1L) / 2; // languages evaluated, all stages together
        var seconds = new (string What, double Cpu)[]
        {
            ("training", steps * step),
            ("teacher: images and English captions, once", ((TrainingImages + 10_000) * image) + (Captions * encode)),
            ("evaluation of all languages seen after each task", scored * ((TestCaptions * encode) + recall)),
        };
        var tokens = batches.Average(b => b.Tokens.Sum(t => t.Length));
        Line(
            $"{threads} thread(s): step of {Batch} captions ({tokens / Batch:0.0} tokens on average) {1e3 * step:0} ms, a caption embedded {1e3 * encode:0.0} ms, an image {1e3 * image:0} ms, recall {1e3 * recall:0} ms"
        );
        foreach (var (what, cpu) in seconds)
        {
            Line($"  {what}: {cpu / 3600:0} h");
        }
        var flops =
            (steps * tokens * TextFlops * 2)
            + (scored * TestCaptions * tokens / Batch * TextFlops)
            + ((TrainingImages + 10_000) * VisionTokens * VisionFlops);
        Line(
            $"whole paper on this processor: {seconds.Sum(s => s.Cpu) / 3600:0} h ({seconds.Sum(s => s.Cpu) / 86400:0} days), from measured steps; {steps:N0} steps"
        );
        Line(
            $"on a GPU, computed, not measured: {flops / 1e18:0.00} EFLOP; float32 at {GpuSingle / 1e12:0.0} TFLOP/s peak and {SingleUse:P0} of it {flops / (GpuSingle * SingleUse) / 3600:0.0} h, bfloat16 at {GpuBfloat / 1e12:0} and {BfloatUse:P0} {flops / (GpuBfloat * BfloatUse) / 3600:0.0} h"
        );
        return 0;
    }

    /// <summary>Forward, per token: two operations for each weight of a block, and attention over about 18 tokens. Backward through frozen weights costs the same once more.</summary>
    private static double TextFlops => Layers * ((2.0 * 12 * Width * Width) + (4.0 * 18 * Width));

    private static double VisionFlops => Layers * ((2.0 * 12 * VisionWidth * VisionWidth) + (4.0 * VisionTokens * VisionWidth));

    /// <summary>13 to 24 tokens, start and end included: an MSCOCO caption in most of the languages.</summary>
    private static int[] Caption(Random draws) => [.. Enumerable.Range(0, draws.Next(13, 25)).Select(_ => draws.Next(Rows))];
}
