using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

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

    /// <summary>As CSV (<see cref="Csv"/>).</summary>
    public string ToCsv() => Csv.Write(Columns, Rows);

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
}
