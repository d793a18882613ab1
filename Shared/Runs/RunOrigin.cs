namespace CllClip.Shared.Runs;

/// <summary>Where the scores of an imported run come from. They were measured elsewhere: this portal has neither the run's checkpoints nor its figures of training.</summary>
public sealed record RunOrigin
{
    /// <summary>Who measured, in words: a publication, a laboratory, a program.</summary>
    public required string Source { get; init; }

    /// <summary>Address where more stands; null if none was given.</summary>
    public string? Url { get; init; }

    /// <summary>Version of the code that measured; null if it was not said.</summary>
    public string? CodeVersion { get; init; }

    /// <summary>What else was said of where the scores come from, by name.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();

    /// <summary>When the scores were imported (UTC).</summary>
    public required DateTime ImportedAt { get; init; }

    /// <summary>SHA-256 over the file and what was said beside it, hexadecimal: the same import is not taken twice.</summary>
    public required string Fingerprint { get; init; }
}
