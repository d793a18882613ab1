using CllClip.Engine.Device;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Device;

/// <summary>What must be equal to the last bit on any device. It can fail on a GPU alone, whose threads add up in whatever order they arrive.</summary>
public sealed class ExactnessTests
{
    /// <summary>Many tokens of a batch are the same (start, end, padding), and captions are as long as they can be.</summary>
    [Theory]
    [InlineData(Precision.Full)]
    [InlineData(Precision.Mixed)]
    public void A_batch_gives_the_same_gradient_each_time(Precision precision)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        const int width = 128;
        var drawn = new Dictionary<string, Tensor>();
        Tensor Weight(string name)
        {
            if (drawn.TryGetValue(name, out var known))
            {
                return known;
            }
            long[] size =
                name.EndsWith("fc1.weight", StringComparison.Ordinal) ? [4 * width, width]
                : name.EndsWith("fc2.weight", StringComparison.Ordinal) ? [width, 4 * width]
                : name.EndsWith("position_embedding.weight", StringComparison.Ordinal) ? [77, width]
                : name.Contains("proj", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal) ? [width, width]
                : name.EndsWith("fc1.bias", StringComparison.Ordinal) ? [4 * width]
                : [width];
            return drawn[name] = randn(size).Times(0.1).Here();
        }
        using var tower = TextTower.Create(new TowerSizes(width, 2, 2), Weight, precision);
        using var table = new TokenEmbedding(randn(300, width).Here());
        using var rows = new TaskRows(table, [.. Enumerable.Range(0, 300).Select(r => (long)r)]);
        using var method = new ContinualClip();
        using var training = new TaskTraining(tower, rows, null, method, new TrainingSettings { LearningRate = 1e-3 }, 1000);
        var draws = new Random(2);
        int[] Caption() => [0, .. Enumerable.Range(0, draws.Next(1, 76)).Select(_ => draws.Next(2, 40)), 1];
        var batch = new TrainingBatch(
            [.. Enumerable.Range(0, 128).Select(_ => Caption())],
            randn(128, width).Here(),
            randn(128, width).Here(),
            TensorScalars.Positions(128, TestDevice.Device)
        );
        var first = training.ObjectiveGradient(batch).cpu().Elements<float>();
        Assert.Contains(first, g => g != 0);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(first, training.ObjectiveGradient(batch).cpu().Elements<float>());
        }
    }

    /// <summary>TF32, which a GPU may take for float32, is a thousand times rougher than what separates these.</summary>
    [Fact]
    public void Ranks_are_those_of_the_CPU()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var images = randn([400, 128], generator: random);
        long[] owner = [.. Enumerable.Range(0, 1600).Select(c => (long)c / 4)];
        var texts = images.index_select(0, tensor(owner)).Plus(randn([1600, 128], generator: random).Times(4));
        var (t2i, i2t) = RetrievalRecall.Ranks(texts, images, owner);
        var (t2iThere, i2tThere) = RetrievalRecall.Ranks(texts.Here(), images.Here(), owner);
        Assert.Equal(t2i, t2iThere);
        Assert.Equal(i2t, i2tThere);
    }
}
