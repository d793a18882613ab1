using CllClip.Engine.Evaluation.Statistics;
using Xunit;

namespace CllClip.Engine.Tests.Evaluation.Statistics;

public class PairedMeansTests
{
    [Fact]
    public void P_is_exact_for_few_units()
    {
        double[] differences = [1, 2, 3, 0, 0, 4]; // of 16 signs only all plus and all minus sum to 10
        Assert.Equal(2 / 16.0, PairedMeans.Of(differences, new Random(1)).P, 12);
        Assert.Equal(1, PairedMeans.Of([0, 0], new Random(1)).P);
        Assert.Equal(10 / 6.0, PairedMeans.Of(differences, new Random(1)).Difference, 12);
    }

    [Fact]
    public void P_of_whole_numbers_is_that_of_counting_all_sums()
    {
        var draws = new Random(9);
        int[] differences = [.. Enumerable.Range(0, 40).Select(_ => draws.Next(-4, 7))];
        // the number of signs by their sum, unit by unit
        var ways = new Dictionary<int, double> { [0] = 1 };
        foreach (var d in differences)
        {
            ways = ways.SelectMany(w => new[] { (w.Key + d, w.Value / 2), (w.Key - d, w.Value / 2) })
                .GroupBy(w => w.Item1, w => w.Item2)
                .ToDictionary(g => g.Key, g => g.Sum());
        }
        var exact = ways.Where(w => Math.Abs(w.Key) >= Math.Abs(differences.Sum())).Sum(w => w.Value);
        Assert.InRange(exact, 0.0001, 0.9);
        var sampled = PairedMeans.Of([.. differences.Select(d => (double)d)], new Random(1)).P;
        Assert.Equal(exact, sampled, 4 * Math.Sqrt(exact * (1 - exact) / 10_000));
    }

    [Fact]
    public void P_is_never_0()
    {
        double[] clear = [.. Enumerable.Repeat(1.0, 200)];
        Assert.Equal(1 / 10_001.0, PairedMeans.Of(clear, new Random(1)).P, 12);
    }

    [Fact]
    public void Under_no_difference_p_is_below_5_percent_in_5_of_100_cases_and_the_interval_covers_0_in_95()
    {
        var draws = new Random(21);
        var (found, covered) = (0, 0);
        const int trials = 300;
        for (var trial = 0; trial < trials; trial++)
        {
            double[] differences = [.. Enumerable.Range(0, 60).Select(_ => draws.NextDouble() + draws.NextDouble() - 1)];
            var means = PairedMeans.Of(differences, draws);
            found += means.P <= 0.05 ? 1 : 0;
            covered += means.Interval.Contains(0) ? 1 : 0;
        }
        Assert.InRange(found / (double)trials, 0.02, 0.08);
        Assert.InRange(covered / (double)trials, 0.91, 0.98);
    }

    [Fact]
    public void One_seed_gives_one_result()
    {
        double[] differences = [.. Enumerable.Range(0, 100).Select(i => Math.Sin(i))];
        Assert.Equal(PairedMeans.Of(differences, new Random(1)), PairedMeans.Of(differences, new Random(1)));
    }
}
