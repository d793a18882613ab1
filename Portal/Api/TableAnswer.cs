using System.Text;
using CllClip.Portal.Layout.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CllClip.Portal.Api;

/// <summary>Answers that are JSON, or a table where the address asks for one.</summary>
internal static class TableAnswer
{
    public const string FormatHelp = "json or csv; json if left out";

    private static readonly string[] Formats = ["json", "csv"];

    /// <summary>Whether the table is asked for; a wrong format is added to the errors.</summary>
    public static bool IsCsv(string? format, IDictionary<string, string[]> errors)
    {
        if (!string.IsNullOrEmpty(format) && !Formats.Contains(format))
        {
            errors["format"] = [$"Choose one of: {string.Join(", ", Formats)}."];
        }
        return format == "csv";
    }

    /// <summary>The table as a file of this name.</summary>
    public static FileContentHttpResult Csv(TableFile table, string name) =>
        TypedResults.File(Encoding.UTF8.GetBytes(table.ToCsv()), "text/csv; charset=utf-8", name);
}
