using CllClip.Portal.Layout.Components;
using Xunit;

namespace CllClip.Portal.Tests.Layout;

public sealed class FormatsTests
{
    [Theory]
    [InlineData(13.649, "13.6")]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.04, "0.0")]
    [InlineData(-2.36, "−2.4")]
    [InlineData(100.0, "100.0")]
    [InlineData(double.NaN, "–")]
    [InlineData(null, "–")]
    public void A_percentage_has_one_decimal(double? value, string text) => Assert.Equal(text, Formats.Percent(value));

    [Theory]
    [InlineData(0.0, "0 s")]
    [InlineData(0.3, "< 1 s")]
    [InlineData(45.4, "45 s")]
    [InlineData(200.0, "3 min 20 s")]
    [InlineData(1260.0, "21 min")]
    [InlineData(7500.0, "2 h 5 min")]
    [InlineData(273600.0, "3 d 4 h")]
    [InlineData(null, "–")]
    [InlineData(-5.0, "–")]
    public void A_length_of_time_reads_naturally(double? seconds, string text) => Assert.Equal(text, Formats.Duration(seconds));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1500, "1.5 kB")]
    [InlineData(912_000_000, "912 MB")]
    [InlineData(1_440_000_000, "1.4 GB")]
    public void A_size_has_a_fitting_unit(double bytes, string text) => Assert.Equal(text, Formats.Bytes(bytes));

    [Fact]
    public void Ticks_are_round_and_cover_the_values()
    {
        var scale = ChartScale.Round(3.2, 41.7, 200, 10);
        Assert.True(scale.Low <= 3.2 && scale.High >= 41.7);
        Assert.Equal([0, 10, 20, 30, 40, 50], scale.Ticks);
        Assert.Equal(200, scale.At(scale.Low));
        Assert.Equal(10, scale.At(scale.High));
    }

    [Fact]
    public void A_flat_line_still_has_a_scale()
    {
        Assert.True(ChartScale.Round(5, 5, 0, 1) is { } some && some.High > some.Low);
        Assert.True(ChartScale.Round(0, 0, 0, 1) is { } zero && zero.High > zero.Low);
    }

    [Fact]
    public void A_long_line_is_thinned_and_keeps_its_ends()
    {
        var points = Enumerable.Range(0, 10_000).Select(i => new ChartPoint(i, i)).ToList();
        var thin = ChartScale.Thin(points, 160);
        Assert.Equal(160, thin.Count);
        Assert.Equal(0, thin[0].X);
        Assert.Equal(9999, thin[^1].X);
    }
}
