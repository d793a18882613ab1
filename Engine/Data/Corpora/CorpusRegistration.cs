namespace CllClip.Engine.Data.Corpora;

/// <summary>A data set that somebody has on disk: what it is called and where it lies. Nothing in its folder is changed or copied.</summary>
public sealed record CorpusRegistration
{
    /// <summary>Identifier in requests: lower-case letters, digits and '-'.</summary>
    public required string Id { get; init; }

    /// <summary>Name shown.</summary>
    public required string Name { get; init; }

    /// <summary>Layout of its files, one of <see cref="CorpusLayouts.All"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Its folder (of own data in one file: that file), absolute.</summary>
    public required string Folder { get; init; }

    /// <summary>Folder that image paths are relative to, absolute; null looks where the layout has it.</summary>
    public string? Images { get; init; }

    /// <summary>Licence of its texts and images, in a few words; null where nobody said.</summary>
    public string? Licence { get; init; }

    /// <summary>Leaves out images that are missing or cannot be read, with their captions, instead of refusing the data set.</summary>
    public bool LeaveOutBroken { get; init; }
}

/// <summary>Part of a data set.</summary>
public enum CorpusSplit
{
    /// <summary>What is learned from.</summary>
    Train,

    /// <summary>What chooses the best epoch.</summary>
    Validation,

    /// <summary>What is reported.</summary>
    Test,
}
