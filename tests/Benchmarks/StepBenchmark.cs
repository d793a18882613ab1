using CllClip.Engine.Device;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using TorchSharp;
using static CllClip.Benchmarks.Measure;
using static TorchSharp.torch;

namespace CllClip.Benchmarks;

/// <summary>A training step over the bare matrix multiplications of the whole tower at the same shapes, forward and backward, one thread.</summary>
internal sealed class StepBenchmark : IBenchmark
{
    private static readonly Shape[] Shapes =
    [
        new("embedded, 128 x 17 tokens", new TowerSizes(128, 4, 2), 128, 128, 17, 3_000, 1.4, 40),
        new("ViT-B/16 text, 32 x 24 tokens", new TowerSizes(512, 8, 12), 512, 32, 24, 8_000, 1.1, 6),
    ];

    /// <inheritdoc/>
    public string Verb => "step";

    /// <inheritdoc/>
    public string Summary => "training step over its bare matrix multiplications (targets: 1.4 and 1.1)";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        TorchProcess.Configure(1);
        random.manual_seed(1);
        var met = true;
        foreach (var shape in Shapes)
        {
            met &= Measure(shape);
        }
        return met ? 0 : 1;
    }

    private static bool Measure(Shape shape)
    {
        using var scope = NewDisposeScope();
        using var tower = TextTower.Create(shape.Sizes, TowerWeights.Random(shape.Sizes.Width, shape.Sizes.Layers, shape.Projection));
        using var embedding = new TokenEmbedding(randn(shape.Rows, shape.Sizes.Width) * 0.02);
        using var rows = new TaskRows(embedding, [.. Enumerable.Range(0, shape.Rows).Select(i => (long)i)]);
        using var method = new ContinualClip();
        using var training = new TaskTraining(tower, rows, null, method, new TrainingSettings { LearningRate = 1e-3 }, 1_000_000);
        var draws = new Random(1);
        int[][] captions =
        [
            .. Enumerable
                .Range(0, shape.Batch)
                .Select(_ => Enumerable.Range(0, shape.Length).Select(_ => draws.Next(shape.Rows)).ToArray()),
        ];
        var batch = new TrainingBatch(
            captions,
            randn(shape.Batch, shape.Projection),
            randn(shape.Batch, shape.Projection),
            arange(shape.Batch)
        );
        var products = Products(shape);

        var (steps, bare) = (new List<double>(), new List<double>());
        for (var round = 0; round < shape.Rounds + 3; round++)
        {
            var step = Time(() => training.Step(batch));
            var product = Time(() => Multiply(products));
            if (round >= 3)
            {
                steps.Add(step);
                bare.Add(product);
            }
        }
        var ratio = Median(steps.Zip(bare, (s, b) => s / b));
        Line(
            $"{shape.Name}: step {Median(steps):0.00} ms, bare matrix multiplications {Median(bare):0.00} ms, ratio {ratio:0.00} (target {shape.Target:0.0})"
        );
        return ratio <= shape.Target;
    }

    /// <summary>All products of one step of the whole tower: every linear layer forward and its input gradient, and attention's two forward and four backward.</summary>
    private static List<(Tensor A, Tensor B)> Products(Shape shape)
    {
        var (t, w, heads) = (shape.Batch * shape.Length, (long)shape.Sizes.Width, shape.Sizes.Heads);
        var (l, d) = (shape.Length, w / heads);
        var list = new List<(Tensor, Tensor)>();
        void Linear(long rows, long input, long output)
        {
            list.Add((randn(rows, input), randn(input, output)));
            list.Add((randn(rows, output), randn(output, input)));
        }
        for (var layer = 0; layer < shape.Sizes.Layers; layer++)
        {
            Linear(t, w, 3 * w);
            Linear(t, w, w);
            Linear(t, w, 4 * w);
            Linear(t, 4 * w, w);
            long b = shape.Batch * heads;
            for (var i = 0; i < 2; i++) // scores, and the gradient of the weights
            {
                list.Add((randn(b, l, d), randn(b, d, l)));
            }
            for (var i = 0; i < 4; i++) // values; gradients of values, queries and keys
            {
                list.Add((randn(b, l, l), randn(b, l, d)));
            }
        }
        Linear(shape.Batch, w, shape.Projection);
        return list;
    }

    private static void Multiply(List<(Tensor A, Tensor B)> products)
    {
        using var nothing = no_grad();
        foreach (var (a, b) in products)
        {
            a.matmul(b).Dispose();
        }
    }

    private sealed record Shape(string Name, TowerSizes Sizes, int Projection, int Batch, int Length, int Rows, double Target, int Rounds);
}
