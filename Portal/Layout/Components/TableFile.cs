using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using CsvHelper;

namespace CllClip.Portal.Layout.Components;

/// <summary>A table as it is saved: full precision, times in ISO 8601.</summary>
/// <param name="Columns">Names of the columns.</param>
/// <param name="Rows">The cells: numbers, texts, booleans, times (UTC) or null.</param>
public sealed record TableFile(IReadOnlyList<string> Columns, IEnumerable<IReadOnlyList<object?>> Rows)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        WriteIndented = true,
    };

    /// <summary>As CSV (RFC 4180, lines end in LF). Text that a spreadsheet would run as a formula is disarmed.</summary>
    public string ToCsv()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        var options = new CsvWriterOptions
        {
            NewLine = "\n",
            FormatProvider = CultureInfo.InvariantCulture,
            Injection = CsvInjection.Escape,
        };
        using (var csv = CsvWriter.Create(text, options, true))
        {
            foreach (var row in Rows.Prepend(Columns))
            {
                foreach (var cell in row)
                {
                    csv.WriteField(Cell(cell));
                }
                csv.EndRecord();
            }
        }
        return text.ToString();
    }

    /// <summary>As JSON: a list of objects, one a row.</summary>
    public string ToJson() =>
        JsonSerializer.Serialize(
            Rows.Select(row =>
                Columns
                    .Zip(row, KeyValuePair.Create)
                    .ToDictionary(c => c.Key, c => c.Value is double d && !double.IsFinite(d) ? null : c.Value)
            ),
            Json
        );

    private static object? Cell(object? value) =>
        value switch
        {
            bool yes => yes ? "true" : "false",
            DateTime at => at.ToString("O", CultureInfo.InvariantCulture),
            _ => value,
        };
}
