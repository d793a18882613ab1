using CllClip.Engine.Evaluation;
using Xunit;

namespace CllClip.Engine.Tests.Evaluation;

/// <summary>Each definition against loops written as its authors write them, over matrices that gain as well as forget.</summary>
public class ForgettingDefinitionTests
{
    public static TheoryData<int, int> Matrices() =>
        new(from tasks in new[] { 2, 3, 7 } from seed in new[] { 1, 2, 3 } select (tasks, seed));

    [Theory]
    [MemberData(nameof(Matrices))]
    public void Means_equal_naive_loops(int tasks, int seed)
    {
        var a = Matrix(tasks, seed);
        IReadOnlyList<IReadOnlyList<double?>> given = [.. a.Select(r => (IReadOnlyList<double?>)[.. r.Select(x => (double?)x)])];
        Assert.Equal(Paper(a), ContinualMetrics.Forgetting(given, tasks - 1, ForgettingDefinition.Paper)!.Value, 10);
        Assert.Equal(Paper(a), ContinualMetrics.Forgetting(given, tasks - 1)!.Value, 10);
        Assert.Equal(Mammoth(a), ContinualMetrics.Forgetting(given, tasks - 1, ForgettingDefinition.Mammoth)!.Value, 10);
        Assert.Equal(Avalanche(a), ContinualMetrics.Forgetting(given, tasks - 1, ForgettingDefinition.Avalanche)!.Value, 10);
        Assert.Equal(-ContinualMetrics.BackwardTransfer(given)!.Value, Avalanche(a), 10);
    }

    [Fact]
    public void They_differ_where_a_language_gains()
    {
        Assert.Equal(new Forgotten(-20, 0, -30), Forgotten.Of([10, 20, 40]));
        Assert.Equal(new Forgotten(25, 25, 15), Forgotten.Of([40, 50, 25]));
    }

    [Fact]
    public void After_one_task_nothing_can_be_forgotten()
    {
        Assert.Throws<ArgumentException>(() => Forgotten.Of([10]));
        Assert.Null(
            ContinualMetrics.Forgetting(
                [
                    [10.0],
                ],
                0,
                ForgettingDefinition.Mammoth
            )
        );
        Assert.Null(
            ContinualMetrics.Forgetting(
                [
                    [null],
                    [5.0, 5.0],
                ],
                1,
                ForgettingDefinition.Avalanche
            )
        );
    }

    // results[i][j] for j up to i, as both libraries have them
    private static double[][] Matrix(int tasks, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(1, tasks).Select(seen => Enumerable.Range(0, seen).Select(_ => random.NextDouble() * 100).ToArray())];
    }

    private static double Paper(double[][] a)
    {
        var sum = 0.0;
        for (var j = 0; j < a.Length - 1; j++)
        {
            var best = 0.0;
            for (var i = j; i < a.Length - 1; i++)
            {
                best = Math.Max(best, a[i][j]);
            }
            sum += best - a[^1][j];
        }
        return sum / (a.Length - 1);
    }

    // rows filled up with zeros, column maxima over all rows, last row taken off
    private static double Mammoth(double[][] a)
    {
        var filled = a.Select(r => r.Concat(Enumerable.Repeat(0.0, a.Length - r.Length)).ToArray()).ToArray();
        var sum = 0.0;
        for (var j = 0; j < a.Length - 1; j++)
        {
            sum += filled.Max(r => r[j]) - filled[^1][j];
        }
        return sum / (a.Length - 1);
    }

    // a first and a last value kept per experience, the mean over those that have both
    private static double Avalanche(double[][] a)
    {
        var (initial, last) = (new Dictionary<int, double>(), new Dictionary<int, double>());
        for (var trained = 0; trained < a.Length; trained++)
        {
            last.Clear();
            for (var evaluated = 0; evaluated <= trained; evaluated++)
            {
                (evaluated == trained ? initial : last)[evaluated] = a[trained][evaluated];
            }
        }
        var both = initial.Keys.Intersect(last.Keys).ToList();
        return both.Sum(k => initial[k] - last[k]) / both.Count;
    }
}
