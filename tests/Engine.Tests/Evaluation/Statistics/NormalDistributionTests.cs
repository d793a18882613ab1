using CllClip.Engine.Evaluation.Statistics;
using Xunit;

namespace CllClip.Engine.Tests.Evaluation.Statistics;

public class NormalDistributionTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0.31731050786291415)]
    [InlineData(NormalDistribution.Z95, 0.05)]
    [InlineData(-2.5758293035489004, 0.01)]
    [InlineData(3.5, 0.0004652581580710501)]
    [InlineData(3.6, 0.000318217180315068)]
    [InlineData(6, 1.9731752900754024e-9)]
    public void Tails_equal_the_tables(double z, double p) => Assert.Equal(1, NormalDistribution.TwoSided(z) / p, 1e-9);

    [Fact]
    public void Tails_equal_the_area_summed_up_naively()
    {
        const int steps = 2_000_000;
        foreach (var z in new[] { 0.3, 1.7, 3.4, 4.1 })
        {
            var (width, sum) = ((12 - z) / steps, 0.0);
            for (var i = 0; i < steps; i++)
            {
                var x = z + ((i + 0.5) * width);
                sum += Math.Exp(-x * x / 2);
            }
            Assert.Equal(2 * sum * width / Math.Sqrt(2 * Math.PI), NormalDistribution.TwoSided(z), 1e-11);
        }
    }
}
