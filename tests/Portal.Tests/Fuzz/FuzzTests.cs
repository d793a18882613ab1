using CllClip.Fuzz;
using CllClip.Fuzz.Portal;
using CllClip.Portal.Tests.Attacks;
using Xunit;

namespace CllClip.Portal.Tests.Fuzz;

/// <summary>What comes from outside into the portal, changed by chance, the same every time, and all inputs that once failed; longer by <c>fuzz</c> of the benchmark program.</summary>
public sealed class FuzzTests
{
    private const int Cases = 300;
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30); // the tests beside it want the processor too

    public static TheoryData<string> Targets => [.. PortalTargets.All.Keys];

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_file_makes_a_reader_fail_otherwise_than_with_an_error_for_people(string name)
    {
        using var target = PortalTargets.All[name]();
        Holds(target);
    }

    [Fact]
    public async Task No_request_makes_the_portal_fail()
    {
        await using var portal = new AttackedPortal();
        await portal.ReadyAsync();
        using var target = new ApiTarget(portal.Address, () => 0);
        Holds(target);
        await portal.IsUnharmedAsync();
    }

    private static void Holds(IFuzzTarget target)
    {
        using var runner = new FuzzRunner(target, _longest);
        var failures = runner.Run(1, done => done < Cases);
        Assert.True(
            failures.Count == 0,
            $"{target.Name}: {string.Join("\n", failures.Select(f => $"{f.Case} ({f.Input.Kind}): {f.What}"))}"
        );
        Assert.InRange(runner.Tally.Accepted, 1, runner.Tally.Cases - 1); // neither is everything refused nor everything taken
    }
}
