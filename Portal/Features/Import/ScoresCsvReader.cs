using CsvHelper;

namespace CllClip.Portal.Features.Import;

/// <summary>Scores as tidy CSV (RFC 4180): the columns of <c>scores.csv</c> in any order, <c>dataset</c> may be missing.</summary>
internal static class ScoresCsvReader
{
    public static IReadOnlyList<ImportedRow> Read(ReadOnlyMemory<byte> bytes, ImportProblems problems)
    {
        using var csv = CsvReader.Create(
            bytes,
            CsvReaderOptions.Default with
            {
                TrackLineNumbers = true,
                TrimWhitespace = true,
                MalformedData = CsvMalformedDataHandling.Skip,
                OnMalformedRecord = bad =>
                    problems.Row(
                        (int)bad.LineNumber,
                        "quotes",
                        "The quotation marks of this row do not fit.",
                        "Quote a whole field and double the marks within."
                    ),
            }
        );
        string[] headers = [.. csv.Headers];
        var places = Places(headers, problems);
        var rows = new List<ImportedRow>();
        while (places is not null && csv.Read())
        {
            var line = (int)csv.LineNumber;
            if (csv.FieldCount == 1 && csv.GetString(0).Trim().Length == 0)
            {
                continue; // an empty line
            }
            if (csv.FieldCount != headers.Length)
            {
                problems.Row(
                    line,
                    "columns",
                    $"The row has {csv.FieldCount} fields, the header {headers.Length}.",
                    "Write one field a column."
                );
                continue;
            }
            if (rows.Count == ScoresFile.MostRows)
            {
                problems.Field("file", $"The file has more than {ScoresFile.MostRows} rows.", "Import one run a file.");
                break;
            }
            if (ScoreRows.Read(line, name => places.TryGetValue(name, out var at) ? csv.GetString(at) : null, problems) is { } row)
            {
                rows.Add(row);
            }
        }
        if (places is not null && rows.Count == 0 && problems.Count == 0)
        {
            problems.Field("file", "The file has no rows.", "Write one row a score under the header.");
        }
        return rows;
    }

    /// <summary>Where each column stands; null if the header does not fit.</summary>
    private static Dictionary<string, int>? Places(string[] headers, ImportProblems problems)
    {
        var before = problems.Count;
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < headers.Length; i++)
        {
            var name = headers[i].Trim().ToLowerInvariant();
            if (!ScoreRows.Columns.Contains(name))
            {
                problems.Row(
                    1,
                    "columns",
                    $"There is no column '{ScoreRows.Shorten(name)}'.",
                    $"The columns are: {string.Join(", ", ScoreRows.Columns)}."
                );
            }
            else if (!places.TryAdd(name, i))
            {
                problems.Row(1, "columns", $"The column {name} stands there twice.", "Leave one of them out.");
            }
        }
        foreach (var name in ScoreRows.Columns.Where(c => c != ScoreRows.Optional && !places.ContainsKey(c)))
        {
            problems.Row(1, "columns", $"The column {name} is missing.", $"The header is {string.Join(',', ScoreRows.Columns)}.");
        }
        return problems.Count > before ? null : places;
    }
}
