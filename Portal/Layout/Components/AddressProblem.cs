namespace CllClip.Portal.Layout.Components;

/// <summary>A part of a page's address that cannot be read.</summary>
/// <param name="Name">Name of the parameter.</param>
/// <param name="Value">What stands there.</param>
/// <param name="May">What may stand there.</param>
public sealed record AddressProblem(string Name, string Value, string May)
{
    /// <summary>The problem with a value that must be one of a few, in any case; null if there is none or nothing stands there.</summary>
    public static AddressProblem? OneOf(string name, string? value, IEnumerable<string> choices) =>
        string.IsNullOrEmpty(value) || choices.Contains(value, StringComparer.OrdinalIgnoreCase)
            ? null
            : new(name, value, string.Join(", ", choices));

    /// <summary>The problem with the number of a page of a list; null if there is none.</summary>
    public static AddressProblem? Page(string? value) =>
        string.IsNullOrEmpty(value) || PageNumber(value) is not null ? null : new("page", value, "1, 2, 3 …");

    /// <summary>The number of a page of a list; null where none can be read.</summary>
    public static int? PageNumber(string? value) =>
        int.TryParse(value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var page)
        && page > 0
            ? page
            : null;
}
