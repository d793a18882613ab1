using System.Text.Json.Serialization;

namespace CllClip.Engine.Data.Corpora;

/// <summary>How grave a finding is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FindingSeverity>))]
public enum FindingSeverity
{
    /// <summary>Worth knowing; nothing is lost.</summary>
    Note,

    /// <summary>Something is left out.</summary>
    Warning,

    /// <summary>The data set cannot be used until it is mended.</summary>
    Error,
}

/// <summary>One thing that a check found.</summary>
/// <param name="Severity">How grave it is.</param>
/// <param name="File">The file, relative to the data set's folder where it lies within.</param>
/// <param name="Line">Line from 1; null for the file as a whole.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do about it, or what was done.</param>
public sealed record CorpusFinding(FindingSeverity Severity, string File, int? Line, string Message, string Remedy)
{
    /// <summary>The finding in one line, as compilers write theirs: <c>file:line: message. remedy</c>.</summary>
    public override string ToString() => $"{File}{(Line is { } line ? $":{line}" : "")}: {Message} {Remedy}";
}
