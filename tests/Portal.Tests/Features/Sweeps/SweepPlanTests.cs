using System.Text.Json;
using CllClip.Portal.Features.Sweeps;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Features.Sweeps;

public sealed class SweepPlanTests
{
    private static JsonElement[] Values(params double[] values) => [.. values.Select(v => JsonSerializer.SerializeToElement(v))];

    private static RunRequest Run =>
        new()
        {
            Method = "cll-clip",
            Teir = true,
            Languages = ["en", "de"],
        };

    [Fact]
    public void Every_combination_is_there_once_and_nothing_is_asked_of_a_method_that_it_has_not()
    {
        var sweep = new SweepRequest
        {
            Run = Run with { Options = new Dictionary<string, JsonElement> { ["memorySize"] = JsonSerializer.SerializeToElement(500) } },
            Methods = ["cll-clip", "er", "zero-shot"],
            Teir = [true, false],
            Seeds = [1, 2],
            Options = new Dictionary<string, IReadOnlyList<JsonElement>>
            {
                ["learningRate"] = Values(1e-3, 1e-2),
                ["batchSize"] = Values(32, 64, 128),
            },
        };
        var runs = SweepPlan.Expand(sweep).ToList();
        Assert.Equal(2 * 2 * (2 * 3) * 2 + 2, runs.Count);
        Assert.Equal(runs.Count, SweepPlan.Count(sweep));
        Assert.Equal(runs.Count, runs.Select(r => JsonSerializer.Serialize(r with { Name = null })).Distinct().Count());
        Assert.All(runs.Where(r => r.Method == "zero-shot"), r => Assert.True(!r.Teir && r.Options is null));
        Assert.Empty(SweepPlan.Check(sweep with { Seeds = [1], Options = null }));
        // What they have in common goes to the methods that have it.
        Assert.Contains(CllClip.Engine.Methods.MethodCatalog.Find("er")!.Options, o => o.Name == "memorySize");
        Assert.All(runs, r => Assert.Equal(r.Method == "er", r.Options?.ContainsKey("memorySize") == true));
    }

    [Fact]
    public void Every_wrong_list_is_named()
    {
        var sweep = new SweepRequest
        {
            Run = Run,
            Methods = ["joint", "joint"],
            Teir = [true],
            Seeds = [],
            Options = new Dictionary<string, IReadOnlyList<JsonElement>> { ["nonsense"] = Values(1), ["batchSize"] = [] },
            Name = new string('x', 201),
        };
        Assert.Equal(
            ["methods", "name", "options.batchSize", "options.nonsense", "seeds", "teir"],
            SweepPlan.Check(sweep).Keys.Order(StringComparer.Ordinal)
        );
        var many = new SweepRequest
        {
            Run = Run,
            Seeds = [.. Enumerable.Range(1, 51)],
            Teir = [true, false],
        };
        Assert.Contains("102 runs; at most 100", Assert.Single(SweepPlan.Check(many)["sweep"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_beyond_all_bounds_are_counted_without_making_the_runs()
    {
        var thousand = Values([.. Enumerable.Range(1, 1000).Select(i => i * 1.0)]);
        string[] options = ["learningRate", "batchSize", "weightDecay", "vocabularySize"];
        var sweep = new SweepRequest
        {
            Run = Run,
            Seeds = [.. Enumerable.Range(1, 1000)],
            Options = options.ToDictionary(o => o, _ => (IReadOnlyList<JsonElement>)thousand),
        };
        Assert.True(SweepPlan.Count(sweep) >= 1_000_000_000_000);
        Assert.Contains("sweep", SweepPlan.Check(sweep).Keys);
    }

    [Theory]
    [InlineData(null, "CLL-CLIP+TEIR, en de, seed 2, Learning rate 0.001", "CLL-CLIP · 2 × Learning rate · 2 seeds")]
    [InlineData("mine", "mine, Learning rate 0.001, seed 2", "mine")]
    public void Names_say_what_a_run_differs_in(string? name, string run, string sweepName)
    {
        var sweep = new SweepRequest
        {
            Run = Run with { Name = name },
            Seeds = [1, 2],
            Options = new Dictionary<string, IReadOnlyList<JsonElement>> { ["learningRate"] = Values(1e-3, 1e-2) },
        };
        Assert.Equal(run, SweepPlan.Expand(sweep).ElementAt(1).Name);
        Assert.Equal(sweepName, SweepPlan.NameOf(sweep));
        Assert.All(
            SweepPlan.Expand(sweep with { Run = Run with { Name = new string('n', 200) } }),
            r => Assert.True(r.Name!.Length <= 200)
        );
    }

    [Fact]
    public void Figures_are_means_and_sample_deviations_over_the_completed_runs_of_a_configuration()
    {
        var random = new Random(4);
        RunView One(double rate, int seed, RunState state) =>
            SampleDesk.Run($"{rate}-{seed}", state) with
            {
                Seed = seed,
                SweepId = "s",
                SweepName = "S",
                Options = new Dictionary<string, JsonElement>
                {
                    ["learningRate"] = JsonSerializer.SerializeToElement(rate),
                    ["batchSize"] = JsonSerializer.SerializeToElement(128),
                },
                Summary = new() { ArT2i = random.NextDouble() * 100, ForgettingT2i = random.NextDouble() * 10 },
            };
        List<RunView> runs =
        [
            .. from rate in new[] { 1e-3, 1e-2 } from seed in new[] { 3, 1, 2 } select One(rate, seed, RunState.Completed),
            One(1e-2, 4, RunState.Failed),
            One(0.1, 1, RunState.Queued),
        ];
        var sweep = SweepView.Of(runs);
        Assert.Equal(["learningRate"], sweep.Varied);
        Assert.Equal([3, 3, 0], sweep.Configurations.Select(c => c.Completed));
        Assert.Equal([1, 2, 3, 4], sweep.Configurations[1].Seeds);
        Assert.Null(sweep.Configurations[2].ArT2i);
        var values = runs.Skip(3).Take(3).Select(r => r.Summary.ArT2i!.Value).ToArray(); // the second configuration, naively
        var mean = (values[0] + values[1] + values[2]) / 3;
        var square = values.Aggregate(0.0, (sum, v) => sum + Math.Pow(v - mean, 2));
        Assert.Equal(mean, sweep.Configurations[1].ArT2i!.Mean, 10);
        Assert.Equal(Math.Sqrt(square / 2), sweep.Configurations[1].ArT2i!.Deviation!.Value, 10);
        Assert.Equal("CLL-CLIP+TEIR, Learning rate 0.01", sweep.Configurations[1].Label);
        Assert.Equal((6, 1, 1), (sweep.States[RunState.Completed], sweep.States[RunState.Failed], sweep.States[RunState.Queued]));
    }
}
