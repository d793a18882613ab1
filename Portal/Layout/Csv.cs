using CsvHelper;

namespace CllClip.Portal.Layout;

/// <summary>
/// Tables as CSV: lines end in LF, as command-line tools expect; numbers are invariant and at full precision. Text that a spreadsheet would run as a formula gets an apostrophe
/// in front; numbers are numbers, minus and all.
/// </summary>
internal static class Csv
{
    private static readonly CsvWriterOptions Options = CsvWriterOptions.Default with
    {
        NewLine = "\n",
        Injection = CsvInjection.Escape,
        TrueValue = "true",
        FalseValue = "false",
    };

    /// <summary>The table as one text; null is an empty field.</summary>
    /// <param name="header">Names of the columns.</param>
    /// <param name="rows">A value for each column: text, number, boolean or date.</param>
    public static string Write(IReadOnlyList<string> header, IEnumerable<IEnumerable<object?>> rows)
    {
        using var text = new StringWriter();
        using (var csv = CsvWriter.Create(text, Options, leaveOpen: true))
        {
            csv.WriteHeader([.. header]);
            foreach (var row in rows)
            {
                foreach (var value in row)
                {
                    csv.WriteField(value);
                }
                csv.EndRecord();
            }
        }
        return text.ToString();
    }
}
