using System.Text.Json.Serialization;

namespace CllClip.Shared.Methods;

/// <summary>The kind of value that an option takes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OptionType>))]
public enum OptionType
{
    /// <summary>A whole number.</summary>
    [JsonStringEnumMemberName("integer")]
    Integer,

    /// <summary>A real number.</summary>
    [JsonStringEnumMemberName("number")]
    Number,

    /// <summary>True or false.</summary>
    [JsonStringEnumMemberName("boolean")]
    Boolean,

    /// <summary>One of <see cref="OptionDescriptor.Choices"/>.</summary>
    [JsonStringEnumMemberName("choice")]
    Choice,
}

/// <summary>One option of a method: the launch form, the API, the command line and the docs are made from it.</summary>
public sealed record OptionDescriptor
{
    /// <summary>Identifier in requests, camelCase, for example <c>learningRate</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What the form shows.</summary>
    public required string Label { get; init; }

    /// <summary>The kind of value.</summary>
    public required OptionType Type { get; init; }

    /// <summary>The paper's value: a <see cref="long"/>, <see cref="double"/>, <see cref="bool"/> or <see cref="string"/> by <see cref="Type"/>.</summary>
    public required object Default { get; init; }

    /// <summary>Smallest permitted number, inclusive; null if there is none.</summary>
    public double? Min { get; init; }

    /// <summary>Largest permitted number, inclusive; null if there is none.</summary>
    public double? Max { get; init; }

    /// <summary>Unit of the value, for example <c>captions</c>.</summary>
    public string? Unit { get; init; }

    /// <summary>One sentence that says what the option does.</summary>
    public required string Help { get; init; }

    /// <summary>Heading under which the form shows the option, for example <c>Optimiser</c>.</summary>
    public required string Group { get; init; }

    /// <summary>What another value than the default makes of the method, to be marked beside its results; null for a setting like others.</summary>
    public VariantKind? Variant { get; init; }

    /// <summary>What such a mark says; null for <see cref="Label"/>.</summary>
    public string? VariantName { get; init; }

    /// <summary>Permitted values of a <see cref="OptionType.Choice"/>.</summary>
    public IReadOnlyList<string>? Choices { get; init; }
}
