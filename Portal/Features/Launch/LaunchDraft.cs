namespace CllClip.Portal.Features.Launch;

/// <summary>What the launch form holds, as the reader's browser keeps it over a reload.</summary>
public sealed record LaunchDraft
{
    public IReadOnlyList<string?>? Methods { get; init; }
    public bool Several { get; init; }
    public bool Teir { get; init; }
    public bool AlsoWithoutTeir { get; init; }
    public string? Dataset { get; init; }
    public IReadOnlyList<string?>? TestSets { get; init; }
    public string? Model { get; init; }
    public IReadOnlyList<string?>? Languages { get; init; }
    public string? Epochs { get; init; }
    public string? Seeds { get; init; }
    public string? Device { get; init; }
    public string? Name { get; init; }
    public string? Tags { get; init; }
    public IReadOnlyDictionary<string, string?>? Options { get; init; }
    public string? SweepOption { get; init; }
    public string? SweepValues { get; init; }
}
