using System.Text.Json;

namespace CllClip.Shared.Runs;

/// <summary>What a person asks for: the body of <c>POST /api/v1/runs</c>, the launch form and the command line's <c>run</c>.</summary>
public sealed record RunRequest
{
    /// <summary>Method id, for example <c>cll-clip</c>.</summary>
    public string? Method { get; init; }

    /// <summary>Whether TEIR (token embedding initialisation and regularisation) is composed with the method.</summary>
    public bool Teir { get; init; }

    /// <summary>Data set id.</summary>
    public string? Dataset { get; init; } = "emoji36";

    /// <summary>Ids of further data sets to evaluate on after each task, besides the run's own; null for none.</summary>
    public IReadOnlyList<string>? TestSets { get; init; }

    /// <summary>Base model id.</summary>
    public string? Model { get; init; } = "emoji-base";

    /// <summary>Language codes in the order in which they are learned.</summary>
    public IReadOnlyList<string>? Languages { get; init; }

    /// <summary>Epochs per task; null takes the data set's default.</summary>
    public int? Epochs { get; init; }

    /// <summary>Seed of every random draw; null takes 1.</summary>
    public int? Seed { get; init; }

    /// <summary><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>; null takes the portal's setting.</summary>
    public string? Device { get; init; }

    /// <summary>Values of the method's options by name; those left out take the data set's or the paper's default.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Options { get; init; }

    /// <summary>Name shown in lists; null makes one from method and languages.</summary>
    public string? Name { get; init; }

    /// <summary>Free labels.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}
