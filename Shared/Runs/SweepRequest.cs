using System.Text.Json;

namespace CllClip.Shared.Runs;

/// <summary>
/// Several runs that differ in what a person wants to compare: every method with and without TEIR, with every value of every option listed, with every seed. The
/// body of <c>POST /api/v1/sweeps</c>, and what the launch form asks for when it makes more than one run.
/// </summary>
public sealed record SweepRequest
{
    /// <summary>What all the runs have in common; what the lists below name replaces what it says.</summary>
    public RunRequest Run { get; init; } = new();

    /// <summary>Seeds; null takes the run's own.</summary>
    public IReadOnlyList<int>? Seeds { get; init; }

    /// <summary>Method ids; null takes the run's own.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>With TEIR, without, or both; null takes the run's own. A method that does not compose with TEIR runs without, once.</summary>
    public IReadOnlyList<bool>? Teir { get; init; }

    /// <summary>Values to try by option name; every combination is a configuration. A method that has not the option runs without it, once.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<JsonElement>>? Options { get; init; }

    /// <summary>Name of the sweep; null takes the run's, or makes one from what differs.</summary>
    public string? Name { get; init; }
}
