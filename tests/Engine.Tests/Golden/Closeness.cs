using System.Text.Json;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Golden;

/// <summary>Compares |got - want| with atol + rtol · max|want|, as the READMEs of losses, teir, methods and trace say.</summary>
internal sealed class Closeness(JsonElement tolerance)
{
    private readonly double _atol = tolerance.GetProperty("atol").GetDouble();
    private readonly double _rtol = tolerance.GetProperty("rtol").GetDouble();

    public void Same(string what, double want, double got) =>
        Assert.True(Math.Abs(got - want) <= _atol + _rtol * Math.Abs(want), $"{what}: {got:R}, expected {want:R}");

    public void Same(string what, Tensor want, Tensor got)
    {
        Assert.Equal(want.shape, got.shape);
        using var scope = NewDisposeScope();
        if (want.numel() == 0)
        {
            return;
        }
        var (a, b) = (want.cpu().to_type(ScalarType.Float64), got.detach().cpu().to_type(ScalarType.Float64));
        var gap = (a - b).abs().max().item<double>();
        var limit = _atol + _rtol * a.abs().max().item<double>();
        Assert.True(gap <= limit, $"{what}: largest difference {gap:R}, permitted {limit:R}");
    }
}
