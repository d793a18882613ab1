using CllClip.Engine.Data.Features;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Tests.Training;
using CllClip.Engine.Training;
using CllClip.Shared.Results;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Model;

/// <summary>Towers in bfloat16; on the CPU too: slow, but the same arithmetic as on a GPU.</summary>
public sealed class MixedPrecisionTests : ToyRuns
{
    private static readonly string Base = Path.Combine(Fixtures.Repository!, "models", "emoji-base");

    private readonly ClipModel _mixed = ClipModel.Load(Base, TestDevice.Name, Precision.Mixed);

    [Fact]
    public void Embeddings_and_gradients_point_where_those_of_full_precision_do()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var pixels = randn(4, 3, 64, 64).Here();
        AssertNear(Model.EncodeImages(pixels), _mixed.EncodeImages(pixels));
        var rows = randn(6, 9, Model.Text.Sizes.Width).Times(0.05f).Here();
        var ends = tensor(new long[] { 8, 3, 5, 8, 1, 7 }).Here();
        var (full, exact) = Gradient(Model, rows, ends);
        var (half, rounded) = Gradient(_mixed, rows, ends);
        AssertNear(full, half);
        AssertNear(exact.flatten(1), rounded.flatten(1), 0.99);
        Assert.Equal(ScalarType.Float32, half.dtype);
        Assert.NotEqual(full.cpu().Elements<float>(), half.cpu().Elements<float>());
    }

    [Theory]
    [InlineData("lora")]
    [InlineData("p-tuning")]
    [InlineData("coda-prompt")]
    public void Every_kind_of_method_trains_on_towers_in_bfloat16_with_its_rows_in_float32(string method)
    {
        var plan = Plan(method, true, method) with { Languages = ["en", "de"], Epochs = 1 };
        using var features = new FeatureCache(Path.Combine(Folder, "mixed")).Load(Dataset, _mixed);
        var scores = new List<Score>();
        var progress = new Collected(scores);
        new ContinualTrainer(Dataset, _mixed, features).Run(plan, progress, CancellationToken.None);
        Assert.Equal(2, scores.Max(s => s.Stage));
        Assert.All(scores, s => Assert.InRange(s.Recall, 0, 100));
        using var stage = CheckpointChain.Fold(_mixed, plan.CheckpointFolder, 2);
        Assert.Equal(ScalarType.Float32, stage.Embedding.Table.dtype);
    }

    [Fact]
    public void The_two_precisions_have_feature_caches_of_their_own()
    {
        var cache = new FeatureCache(Path.Combine(Folder, "both"));
        cache.Load(Dataset, Model).Dispose();
        cache.Load(Dataset, _mixed).Dispose();
        Assert.Equal(2, Directory.GetFiles(Path.Combine(Folder, "both"), "*-images.safetensors").Length);
    }

    private static (Tensor Embedding, Tensor Gradient) Gradient(ClipModel model, Tensor rows, Tensor ends)
    {
        var leaf = rows.detach().clone().requires_grad_(true);
        var embedding = model.Text.Forward(leaf, ends);
        embedding.mul(embedding).sum().backward();
        return (embedding.detach(), leaf.grad!);
    }

    private static void AssertNear(Tensor a, Tensor b, double least = 0.999) =>
        Assert.All(nn.functional.cosine_similarity(a, b, 1, 1e-12).cpu().Elements<float>(), c => Assert.InRange(c, least, 1.0001));

    private sealed class Collected(List<Score> scores) : IProgress<RunEvent>
    {
        public void Report(RunEvent value)
        {
            if (value is ScoresMeasured measured)
            {
                scores.AddRange(measured.Scores);
            }
        }
    }
}
