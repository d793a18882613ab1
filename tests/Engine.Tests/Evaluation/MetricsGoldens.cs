using System.Text.Json;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Tests.Golden;
using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests.Evaluation;

[Trait("Category", "Golden")]
public class MetricsGoldens
{
    private const double Tolerance = 1e-9;

    public static TheoryData<string> Cases() => Fixtures.Cases("metrics");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Metrics_equal_the_golden_numbers(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var golden = Fixtures.Load("metrics", name);
        if (golden.Json.GetProperty("kind").GetString() == "continual")
        {
            Continual(golden.Json);
        }
        else
        {
            Retrieval(golden);
        }
    }

    private static void Continual(JsonElement json)
    {
        var a = json.GetProperty("a").EnumerateArray().Select(r => (IReadOnlyList<double?>)[.. r.EnumerateArray().Select(Number)]).ToList();
        var expected = json.GetProperty("expected");
        for (var t = 0; t < a.Count; t++)
        {
            Same(expected.GetProperty("AR")[t], ContinualMetrics.AverageRecall(a, t));
            Same(expected.GetProperty("F")[t], ContinualMetrics.Forgetting(a, t));
            Same(expected.GetProperty("F_en")[t], ContinualMetrics.ForgettingOf(a, t, 0));
        }
        Same(expected.GetProperty("BWT"), ContinualMetrics.BackwardTransfer(a));
    }

    private static void Retrieval(GoldenCase golden)
    {
        var (json, tensors) = (golden.Json, golden.Tensors);
        var similarity = tensors.TryGetValue("in.similarity", out var given)
            ? given.Here()
            : RetrievalRecall.Similarities(tensors["in.text"].Here(), tensors["in.image"].Here());
        var owner = tensors["in.image_of_caption"].data<long>().ToArray();
        if (tensors.TryGetValue("in.text", out var text) && !json.TryGetProperty("expected_error", out _))
        {
            var (captions, images) = RetrievalRecall.Ranks(text.Here(), tensors["in.image"].Here(), owner);
            Assert.Equal(tensors["out.t2i_rank"].data<long>().ToArray(), captions);
            Assert.Equal(tensors["out.i2t_rank"].data<long>().ToArray(), images);
        }
        if (json.TryGetProperty("expected_error", out _))
        {
            Assert.Contains(
                "NaN",
                Assert.Throws<EngineException>(() => RetrievalRecall.Of(similarity, owner)).Message,
                StringComparison.Ordinal
            );
            return;
        }
        var (t2i, i2t) = RetrievalRecall.Ranks(similarity, owner);
        Assert.Equal(tensors["out.t2i_rank"].data<long>().ToArray(), t2i);
        Assert.Equal(tensors["out.i2t_rank"].data<long>().ToArray(), i2t);
        Same(json.GetProperty("expected"), RetrievalRecall.Of(similarity, owner));
        if (json.TryGetProperty("folds", out var folds))
        {
            Same(json.GetProperty("expected_folds"), RetrievalRecall.OfFolds(similarity, owner, folds.GetInt32()));
        }
    }

    private static void Same(JsonElement expected, Recalls got)
    {
        foreach (var (k, i) in Recalls.Cutoffs.Select((k, i) => (k, i)))
        {
            Same(expected.GetProperty($"t2i_r{k}"), got.T2i[i]);
            Same(expected.GetProperty($"i2t_r{k}"), got.I2t[i]);
        }
        Same(expected.GetProperty("r_mean"), got.Mean);
    }

    private static void Same(JsonElement expected, double? got)
    {
        if (Number(expected) is { } value)
        {
            Assert.NotNull(got);
            Assert.Equal(value, got.Value, Tolerance);
        }
        else
        {
            Assert.Null(got);
        }
    }

    private static double? Number(JsonElement e) => e.ValueKind == JsonValueKind.Null ? null : e.GetDouble();
}
