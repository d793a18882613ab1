using System.Globalization;

namespace CllClip.Portal.Features.Import;

/// <summary>What is wrong with an import, each with its place and a remedy.</summary>
/// <param name="Line">Line of the file, from 1; null where the mistake is in no single row.</param>
/// <param name="Field">Column, or field of the settings.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
public sealed record ImportProblem(int? Line, string Field, string Message, string Remedy)
{
    /// <summary>Where it is, as in the API's errors: <c>line 7</c>, or the field.</summary>
    public string Place => Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"line {line}") : Field;

    /// <summary>Message and remedy.</summary>
    public string Text => $"{Message} {Remedy}".TrimEnd();
}

/// <summary>Gathers the mistakes of one import; a file that is wrong throughout is described by its first ones.</summary>
internal sealed class ImportProblems
{
    /// <summary>Most mistakes that are described.</summary>
    public const int Most = 100;

    private readonly List<ImportProblem> _found = [];

    /// <summary>All mistakes found, also those not described.</summary>
    public int Count { get; private set; }

    /// <summary>The first ones, in the order of the file; a last one says how many there are beyond.</summary>
    public IReadOnlyList<ImportProblem> Found =>
        Count > _found.Count
            ? [.. _found, new(null, "more", $"{Count - _found.Count} more mistakes are not listed.", "Mend those above, then check again.")]
            : _found;

    public void Row(int line, string column, string message, string remedy) => Add(new ImportProblem(line, column, message, remedy));

    public void Field(string field, string message, string remedy = "") => Add(new ImportProblem(null, field, message, remedy));

    private void Add(ImportProblem problem)
    {
        Count++;
        if (_found.Count < Most)
        {
            _found.Add(problem);
        }
    }
}
