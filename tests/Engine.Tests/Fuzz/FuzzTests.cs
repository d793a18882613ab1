using CllClip.Fuzz;
using CllClip.Fuzz.Engine;
using Xunit;

namespace CllClip.Engine.Tests.Fuzz;

/// <summary>The engine's readers on inputs changed by chance, the same ones every time, and on all inputs that once failed; longer by <c>fuzz</c> of the benchmark program.</summary>
public sealed class FuzzTests
{
    private const int Cases = 300;

    public static TheoryData<string> Targets => [.. EngineTargets.All.Keys];

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_input_makes_a_reader_fail_otherwise_than_with_an_error_for_people(string name)
    {
        using var target = EngineTargets.All[name]();
        using var runner = new FuzzRunner(target, TimeSpan.FromSeconds(30)); // the tests beside it want the processor too
        var failures = runner.Run(1, done => done < Cases);
        Assert.True(failures.Count == 0, $"{name}: {string.Join("\n", failures.Select(f => $"{f.Case} ({f.Input.Kind}): {f.What}"))}");
        Assert.InRange(runner.Tally.Accepted, 1, runner.Tally.Cases - 1); // neither is everything refused nor everything taken
    }

    [Fact]
    public void A_number_makes_the_same_input_again()
    {
        using var target = new SafetensorsTarget();
        foreach (var number in Enumerable.Range(0, 50))
        {
            var (one, two) = (new FuzzCases(target).Of(number), new FuzzCases(target).Of(number));
            Assert.Equal(one.Kind, two.Kind);
            Assert.Equal(one.Bytes, two.Bytes);
        }
    }
}
