using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Training;

[Trait("Category", "Golden")]
public class LossesGoldens
{
    public static TheoryData<string> Cases() => Fixtures.Cases("losses");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Losses_and_gradients_equal_the_golden_numbers_in_float64(string name) => Check(name, ScalarType.Float64, "tolerance");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Losses_and_gradients_equal_the_golden_numbers_in_float32(string name) =>
        Check(name, ScalarType.Float32, "tolerance_float32");

    private static void Check(string name, ScalarType type, string tolerance)
    {
        using var scope = NewDisposeScope();
        using var golden = Fixtures.Load("losses", name);
        var (json, close) = (golden.Json, new Closeness(golden.Json.GetProperty(tolerance)));
        var expected = json.GetProperty("expected");
        var (crosslingual, crossmodal) = (
            json.GetProperty("crosslingual_scale").GetDouble(),
            json.GetProperty("crossmodal_scale").GetDouble()
        );
        var f = golden.Tensors["in.f"].Here().to_type(type).clone().requires_grad_(true);
        var tau = tensor(new[] { json.GetProperty("tau").GetDouble() }, type, TestDevice.Device).requires_grad_(true);
        var memory = golden.Tensors["in.memory"].data<long>().Select(m => m != 0).ToArray();
        var terms = new Objective(crosslingual, crossmodal).Compute(
            f,
            golden.Tensors["in.e"].Here().to_type(type),
            golden.Tensors["in.v"].Here().to_type(type),
            golden.Tensors["in.ids"].Here(),
            crossmodal > 0 ? tau : null,
            memory
        );
        var named = new (string, Tensor?)[]
        {
            ("crosslingual", terms.Crosslingual),
            ("crossmodal", terms.Crossmodal),
            ("replay", terms.Replay),
            ("total", terms.Total),
        };
        foreach (var (term, value) in named)
        {
            Assert.Equal(expected.TryGetProperty(term + ".value", out var want), value is not null);
            if (value is null)
            {
                continue;
            }
            close.Same(term, want.GetDouble(), value.to_type(ScalarType.Float64).item<double>());
            f.grad = null;
            tau.grad = null;
            value.backward([], retain_graph: true);
            close.Same(term + ".grad_f", golden.Tensors[$"out.{term}.grad_f"], f.grad!);
            if (expected.TryGetProperty(term + ".grad_tau", out var gradient))
            {
                close.Same(term + ".grad_tau", gradient.GetDouble(), tau.grad is { } g ? g.to_type(ScalarType.Float64).item<double>() : 0);
            }
        }
        if (expected.TryGetProperty("tau_used", out var used))
        {
            close.Same("tau", used.GetDouble(), tau.to_type(ScalarType.Float64).item<double>());
        }
    }
}
