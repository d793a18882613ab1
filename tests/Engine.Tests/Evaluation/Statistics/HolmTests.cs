using CllClip.Engine.Evaluation.Statistics;
using Xunit;

namespace CllClip.Engine.Tests.Evaluation.Statistics;

/// <summary>Against figures of R's <c>p.adjust</c> and <c>binom::binom.wilson</c>.</summary>
public class HolmTests
{
    [Theory]
    [InlineData(new[] { 0.01, 0.02, 0.03, 0.04 }, new[] { 0.04, 0.06, 0.06, 0.06 })]
    [InlineData(new[] { 0.01, 0.04, 0.03, 0.005 }, new[] { 0.03, 0.06, 0.06, 0.02 })]
    [InlineData(new[] { 0.5, 0.9 }, new[] { 1.0, 1.0 })]
    [InlineData(new double[0], new double[0])]
    public void Adjusted_values_are_those_of_R(double[] p, double[] adjusted)
    {
        var got = Holm.Adjust(p);
        Assert.Equal(adjusted.Length, got.Length);
        Assert.All(adjusted.Zip(got), x => Assert.Equal(x.First, x.Second, 12));
    }

    [Theory]
    [InlineData(80, 10, 49.016, 94.331)]
    [InlineData(0, 10, 0, 27.753)]
    [InlineData(100, 10, 72.247, 100)]
    [InlineData(50, 1000, 46.907, 53.093)]
    public void A_recalls_interval_is_Wilsons(double percent, int n, double low, double high)
    {
        var interval = Interval.OfRecall(percent, n);
        Assert.Equal(low, interval.Low, 0.002);
        Assert.Equal(high, interval.High, 0.002);
    }
}
