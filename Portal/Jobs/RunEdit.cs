using CllClip.Engine.Methods;

namespace CllClip.Portal.Jobs;

/// <summary>What a person changes about a run that is not its settings; null leaves a field as it is.</summary>
public sealed record RunEdit
{
    /// <summary>Most characters of notes.</summary>
    public const int LongestNotes = 4000;

    /// <summary>Name shown in lists.</summary>
    public string? Name { get; init; }

    /// <summary>All its labels.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>What is written about it; empty for nothing.</summary>
    public string? Notes { get; init; }

    /// <summary>Every wrong field with its messages; empty if all are good.</summary>
    public IReadOnlyDictionary<string, string[]> Check()
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if ((Name is not null && Name.Trim().Length == 0 ? "The name must not be empty." : RunValidation.NameProblem(Name)) is { } name)
        {
            errors["name"] = [name];
        }
        if (RunValidation.TagsProblem(Tags) is { } tags)
        {
            errors["tags"] = [tags];
        }
        if (Notes is { Length: > LongestNotes })
        {
            errors["notes"] = [$"The notes are longer than {LongestNotes} characters."];
        }
        else if (Notes?.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) == true)
        {
            errors["notes"] = ["The notes hold control characters."];
        }
        return errors;
    }
}
