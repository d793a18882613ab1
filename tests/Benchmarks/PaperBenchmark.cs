using CllClip.Engine.Device;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using TorchSharp;
using static CllClip.Benchmarks.Measure;
using static TorchSharp.torch;

namespace CllClip.Benchmarks;

/// <summary>What the paper's whole experiment would take: MSCOCO36, ViT-B/16, 36 tasks of three epochs, from steps measured here.</summary>
internal sealed class PaperBenchmark : IBenchmark
{
    private const int Languages = 36;
    private const int Epochs = 3;
    private const long Captions = 566_747; // training captions of a language
    private const long TestCaptions = 25_000;
    private const int TestImages = 5_000;
    private const long TrainingImages = 113_287;
    private const int Batch = 128;
    private const int LargeBatch = 2048;
    private const int Rows = 10_000; // of the table in use in a task
    private const int Width = 512;
    private const int Layers = 12;
    private const int VisionWidth = 768;
    private const int VisionTokens = 197;
    private const int VisionBatch = 8;

    /// <inheritdoc/>
    public string Verb => "paper";

    /// <inheritdoc/>
    public string Summary =>
        "[THREADS] [ROUNDS] [DEVICE]: hours that the paper's 36 languages would take, from steps measured here; on a GPU in float32, with TF32 and in bfloat16";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        var (threads, rounds) = (Whole(args, 0, 1), Whole(args, 1, 4));
        TorchProcess.Configure(threads);
        var device = DeviceChoice.Resolve(args.Length > 2 ? args[2] : "cpu");
        Line($"{DeviceChoice.Describe(device.ToString())}, {threads} thread(s)");
        if (device.type == DeviceType.CPU)
        {
            // one thread's processor time is its time on a machine that does nothing else
            Tell("float32", Measured(device, Precision.Full, threads == 1 ? ProcessorTime : Time, rounds), null);
            return 0;
        }
        foreach (var (name, precision, tf32) in Gpu)
        {
            backends.cuda.matmul.allow_tf32 = tf32; // the engine itself forbids it
            double Clock(Action action) =>
                Time(() =>
                {
                    action();
                    cuda.synchronize();
                });
            Tell(name, Measured(device, precision, Clock, rounds), Ceiling(device, precision, Clock));
        }
        return 0;
    }

    private static (string Name, Precision Precision, bool Tf32)[] Gpu =>
        [("float32", Precision.Full, false), ("float32 with TF32", Precision.Full, true), ("bfloat16 towers", Precision.Mixed, false)];

    /// <summary>Operations per second of one large product.</summary>
    private static double Ceiling(torch.Device device, Precision precision, Func<Action, double> clock)
    {
        const int size = 8192;
        using var scope = NewDisposeScope();
        var type = precision == Precision.Mixed ? ScalarType.BFloat16 : ScalarType.Float32;
        var (a, b) = (randn(size, size, type, device), randn(size, size, type, device));
        return 2.0 * size * size * size / (Median(InTurn(clock, 9, 3, () => a.matmul(b).Dispose())[0]) / 1e3);
    }

    private static Times Measured(torch.Device device, Precision precision, Func<Action, double> clock, int rounds)
    {
        random.manual_seed(1);
        using var scope = NewDisposeScope();
        Func<string, Tensor> On(Func<string, Tensor> weights) => name => weights(name).to(device);
        using var tower = TextTower.Create(new TowerSizes(Width, 8, Layers), On(TowerWeights.Random(Width, Layers, Width)), precision);
        using var embedding = new TokenEmbedding((randn(Rows, Width) * 0.02).to(device));
        using var rows = new TaskRows(embedding, [.. Enumerable.Range(0, Rows).Select(i => (long)i)]);
        using var method = new ContinualClip();
        using var training = new TaskTraining(tower, rows, null, method, new TrainingSettings { LearningRate = 1e-3 }, 1_000_000);
        var draws = new Random(1);
        int[][] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => Caption(draws))];
        TrainingBatch Drawn(int size) =>
            new(Draw(size), randn(size, Width).to(device), randn(size, Width).to(device), arange(size).to(device));
        TrainingBatch[] batches = [.. Enumerable.Range(0, 4).Select(_ => Drawn(Batch))];
        var gpu = device.type == DeviceType.CUDA;
        var (test, next) = (Draw(gpu ? 25_000 : 256), 0);
        var pixels = randn(gpu ? 256 : VisionBatch, VisionTokens, VisionWidth).to(device);
        using var vision = TextTower.Create(
            new TowerSizes(VisionWidth, 12, Layers),
            On(TowerWeights.Random(VisionWidth, Layers, Width, VisionTokens)),
            precision
        );
        var last = full([pixels.shape[0]], VisionTokens - 1, ScalarType.Int64).to(device);
        var (texts, images) = (randn(TestCaptions, Width).to(device), randn(TestImages, Width).to(device));
        long[] owner = [.. Enumerable.Range(0, (int)TestCaptions).Select(c => (long)c / 5)];
        var large = gpu ? Drawn(LargeBatch) : null;
        var live = Tensor.TotalCount;
        var times = InTurn(
            clock,
            rounds,
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
        // a GPU's step is short: many, and many before them, until the runtime has compiled what it will
        var steps = gpu ? InTurn(clock, 200, 400, () => training.Step(batches[next++ % batches.Length])) : [times[0]];
        var largeStep = large is null ? 0 : Median(InTurn(clock, 20, 5, () => training.Step(large))[0]) / 1e3;
        return new Times(
            Median(steps[0]) / 1e3,
            largeStep,
            Median(times[1]) / 1e3 / test.Length,
            Median(times[2]) / 1e3 / pixels.shape[0],
            Median(times[3]) / 1e3,
            batches.Average(b => b.Tokens.Sum(t => t.Length)),
            large?.Tokens.Sum(t => t.Length) ?? 0,
            Tensor.TotalCount - live
        );
    }

    private static void Tell(string name, Times t, double? ceiling)
    {
        var steps = Captions / Batch * Epochs * Languages;
        var scored = Languages * (Languages + 1L) / 2; // languages evaluated, all stages together
        var parts = new (string What, double Seconds)[]
        {
            ("training", steps * t.Step),
            ("teacher: images and English captions, once", ((TrainingImages + 10_000) * t.Image) + (Captions * t.Caption)),
            ("evaluation of all languages seen after each task", scored * ((TestCaptions * t.Caption) + t.Recall)),
        };
        Line(
            $"{name}: step of {Batch} captions ({t.Tokens / Batch:0.0} tokens on average) {1e3 * t.Step:0.00} ms, a caption embedded {1e3 * t.Caption:0.000} ms, an image {1e3 * t.Image:0.000} ms, recall {1e3 * t.Recall:0} ms; live tensors {t.Left:+0;-0;0}"
        );
        if (ceiling is { } most)
        {
            var (rate, large) = (t.Tokens * TextFlops * 2 / t.Step, t.LargeTokens * TextFlops * 2 / t.LargeStep);
            Line($"  {rate / 1e12:0.0} TFLOP/s in a step, {rate / most:P1} of one large product's {most / 1e12:0} TFLOP/s");
            Line(
                $"  step of {LargeBatch} captions {1e3 * t.LargeStep:0.00} ms, {large / 1e12:0.0} TFLOP/s, {large / most:P1}; {Batch / t.Step:0} and {LargeBatch / t.LargeStep:0} captions a second"
            );
        }
        foreach (var (what, seconds) in parts)
        {
            Line($"  {what}: {seconds / 3600:0.00} h");
        }
        Line(
            $"  whole paper: {parts.Sum(p => p.Seconds) / 3600:0.0} h ({parts.Sum(p => p.Seconds) / 86400:0.0} days), from measured steps; {steps:N0} steps"
        );
    }

    /// <param name="Step">Seconds of a training step.</param>
    /// <param name="LargeStep">Of a step of <see cref="LargeBatch"/>; 0 where it was not measured.</param>
    /// <param name="Caption">Of a caption embedded.</param>
    /// <param name="Image">Of an image embedded.</param>
    /// <param name="Recall">Of a test set's recall.</param>
    /// <param name="Tokens">Tokens of a batch.</param>
    /// <param name="LargeTokens">Tokens of a large batch.</param>
    /// <param name="Left">Live tensors after all rounds less those before.</param>
    private sealed record Times(
        double Step,
        double LargeStep,
        double Caption,
        double Image,
        double Recall,
        double Tokens,
        double LargeTokens,
        long Left
    );

    /// <summary>Forward, per token: two operations for each weight of a block, and attention over about 18 tokens. Backward through frozen weights costs the same once more.</summary>
    private static double TextFlops => Layers * ((2.0 * 12 * Width * Width) + (4.0 * 18 * Width));

    private static double VisionFlops => Layers * ((2.0 * 12 * VisionWidth * VisionWidth) + (4.0 * VisionTokens * VisionWidth));

    /// <summary>13 to 24 tokens, start and end included: an MSCOCO caption in most of the languages.</summary>
    private static int[] Caption(Random draws) => [.. Enumerable.Range(0, draws.Next(13, 25)).Select(_ => draws.Next(Rows))];
}
