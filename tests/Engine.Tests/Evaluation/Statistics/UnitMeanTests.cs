using CllClip.Engine.Evaluation.Statistics;
using Xunit;

namespace CllClip.Engine.Tests.Evaluation.Statistics;

public class UnitMeanTests
{
    [Fact]
    public void The_error_is_the_sample_deviation_over_the_root_of_n()
    {
        var mean = UnitMean.Of([1, 2, 3, 6]);
        Assert.Equal((4, 3.0), (mean.Units, mean.Mean));
        Assert.Equal(Math.Sqrt((4 + 1 + 0 + 9) / 3.0 / 4), mean.StandardError, 12);
        Assert.Equal(0, UnitMean.Of([5]).StandardError);
    }

    [Fact]
    public void Differences_are_paired()
    {
        var difference = UnitMean.OfDifference([10, 20, 30], [9, 18, 29]);
        Assert.Equal(UnitMean.Of([1, 2, 1]), difference);
        Assert.Throws<ArgumentException>(() => UnitMean.OfDifference([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => UnitMean.Of([]));
    }

    [Fact]
    public void It_agrees_with_the_paired_permutation_test_of_single_comparisons()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 8; trial++)
        {
            var shift = trial * 0.04;
            double[] first = [.. Enumerable.Range(0, 400).Select(_ => random.NextDouble() + shift)];
            double[] second = [.. Enumerable.Range(0, 400).Select(_ => random.NextDouble())];
            var difference = UnitMean.OfDifference(first, second);
            var p = NormalDistribution.TwoSided(difference.Mean / difference.StandardError);
            var permuted = PairedMeans.Of([.. first.Zip(second, (a, b) => a - b)], new Random(1)).P;
            Assert.Equal(permuted, p, 0.02);
        }
    }

    [Fact]
    public void An_interval_of_a_mean_stays_within_0_and_100()
    {
        Assert.Equal(new Interval(0, 1 + (NormalDistribution.Z95 * 2)), Interval.OfMean(1, 2));
        Assert.Equal(100, Interval.OfMean(99.9, 3).High);
    }
}
