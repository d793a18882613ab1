using CllClip.Engine.Evaluation.Statistics;
using Xunit;

namespace CllClip.Engine.Tests.Evaluation.Statistics;

public class PairedComparisonTests
{
    [Fact]
    public void Counts_and_difference_are_those_of_the_answers()
    {
        bool[] first = [true, true, false, false, true];
        bool[] second = [true, false, true, true, true];
        var compared = PairedComparison.Of(first, second, new Random(1));
        Assert.Equal((5, 1, 2), (compared.Queries, compared.OnlyFirst, compared.OnlySecond));
        Assert.Equal(20, compared.Difference, 12);
    }

    [Theory]
    [InlineData(3, 9, 0.14599609375)] // R: binom.test(3, 12)
    [InlineData(0, 5, 0.0625)]
    [InlineData(4, 4, 1)]
    [InlineData(0, 0, 1)]
    public void P_is_that_of_the_exact_test(int onlyFirst, int onlySecond, double p)
    {
        var (first, second) = Answers(20, onlyFirst, onlySecond);
        Assert.Equal(p, PairedComparison.Of(first, second, new Random(1)).P, 12);
    }

    [Fact]
    public void P_is_the_share_of_all_exchanges_that_differ_as_much()
    {
        var draws = new Random(5);
        for (var trial = 0; trial < 30; trial++)
        {
            bool[] first = [.. Enumerable.Range(0, 12).Select(_ => draws.Next(2) == 0)];
            bool[] second = [.. Enumerable.Range(0, 12).Select(_ => draws.Next(3) == 0)];
            int[] differences = [.. first.Zip(second, (a, b) => (b ? 1 : 0) - (a ? 1 : 0))];
            var observed = Math.Abs(differences.Sum());
            var reached = Enumerable
                .Range(0, 1 << 12)
                .Count(signs => Math.Abs(differences.Select((d, i) => (signs >> i & 1) == 0 ? d : -d).Sum()) >= observed);
            Assert.Equal(reached / 4096.0, PairedComparison.Of(first, second, draws).P, 12);
        }
    }

    [Fact]
    public void The_interval_is_that_of_drawing_the_queries_themselves()
    {
        var (first, second) = Answers(400, 30, 55);
        var compared = PairedComparison.Of(first, second, new Random(3)).Interval;
        var draws = new Random(4);
        var naive = Enumerable
            .Range(0, 10_000)
            .Select(_ =>
            {
                var sum = 0;
                for (var i = 0; i < 400; i++)
                {
                    var at = draws.Next(400);
                    sum += (second[at] ? 1 : 0) - (first[at] ? 1 : 0);
                }
                return 100.0 * sum / 400;
            })
            .Order()
            .ToList();
        Assert.Equal(naive[250], compared.Low, 0.3);
        Assert.Equal(naive[9_750], compared.High, 0.3);
    }

    [Fact]
    public void The_interval_covers_the_true_difference_in_95_of_100_cases()
    {
        var draws = new Random(11);
        var covered = 0;
        const int trials = 1_000;
        for (var trial = 0; trial < trials; trial++)
        {
            // the first answers 30 %; of those the second keeps 80 %, of the others it gains 20 %: it answers 38 %
            bool[] first = [.. Enumerable.Range(0, 300).Select(_ => draws.NextDouble() < 0.3)];
            bool[] second = [.. first.Select(f => draws.NextDouble() < (f ? 0.8 : 0.2))];
            covered += PairedComparison.Of(first, second, draws).Interval.Contains(8) ? 1 : 0;
        }
        Assert.InRange(covered / (double)trials, 0.93, 0.97);
    }

    [Fact]
    public void Nothing_that_differs_is_no_difference()
    {
        bool[] same = [true, false];
        Assert.Equal(new PairedComparison(2, 0, 0, 0, new Interval(0, 0), 1), PairedComparison.Of(same, same, new Random(1)));
    }

    [Fact]
    public void Other_queries_are_refused() =>
        Assert.Contains(
            "1 answers cannot be compared with 2",
            Assert.Throws<ArgumentException>(() => PairedComparison.Of([true], [true, false], new Random(1))).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(10, 0.3)]
    [InlineData(25, 0.97)]
    [InlineData(7, 0)]
    [InlineData(7, 1)]
    public void The_binomial_table_is_the_sum_of_its_terms(int n, double p)
    {
        var table = new BinomialDistribution(n, p);
        for (var k = -1; k <= n + 1; k++)
        {
            var sum = 0.0;
            for (var i = 0; i <= Math.Min(k, n); i++)
            {
                var ways = 1.0;
                for (var j = 1; j <= i; j++)
                {
                    ways *= (n - i + j) / (double)j;
                }
                sum += ways * Math.Pow(p, i) * Math.Pow(1 - p, n - i);
            }
            Assert.Equal(sum, table.AtMost(k), 12);
        }
    }

    [Theory]
    [InlineData(100_000, 0.5)]
    [InlineData(25_000, 0.001)]
    [InlineData(3, 0.5)]
    public void Draws_have_the_mean_and_deviation_of_the_distribution(int n, double p)
    {
        var (table, draws) = (new BinomialDistribution(n, p), new Random(2));
        var drawn = Enumerable.Range(0, 20_000).Select(_ => (double)table.Draw(draws)).ToList();
        var deviation = Math.Sqrt(n * p * (1 - p));
        Assert.Equal(n * p, drawn.Average(), deviation * 0.05);
        Assert.Equal(deviation, Math.Sqrt(drawn.Average(d => (d - (n * p)) * (d - (n * p)))), deviation * 0.05);
        Assert.All(drawn, d => Assert.InRange(d, 0, n));
    }

    private static (bool[] First, bool[] Second) Answers(int n, int onlyFirst, int onlySecond) =>
        (
            [.. Enumerable.Range(0, n).Select(i => i < onlyFirst || i % 2 == 0 && i >= onlyFirst + onlySecond)],
            [.. Enumerable.Range(0, n).Select(i => i >= onlyFirst && (i < onlyFirst + onlySecond || i % 2 == 0))]
        );
}
