using CsvHelper;

namespace CllClip.Engine.Data.Corpora;

/// <summary>One's own data as a table with the columns <c>image,split,language,caption</c>, a row a caption (RFC 4180).</summary>
/// <param name="folder">The folder that image paths are relative to.</param>
/// <param name="path">The file.</param>
internal sealed class CsvLayout(CorpusFolder folder, string path) : TableLayout(folder, path)
{
    private static readonly string[] Columns = ["image", "split", "language", "caption"];

    /// <inheritdoc/>
    protected override CaptionTable Read(CorpusReport report, CancellationToken stop)
    {
        var table = new CaptionTable();
        if (CorpusText.Bytes(Path, Name, report) is not { } bytes)
        {
            return table;
        }
        if (FirstWrongLine(bytes) is { } wrong)
        {
            CorpusText.NotUtf8(Name, wrong, "it is not UTF-8", report);
            return table;
        }
        using var csv = CsvReader.Create(
            bytes,
            CsvReaderOptions.Default with
            {
                TrackLineNumbers = true,
                TrimWhitespace = true,
                TrimInsideQuotes = true,
                MalformedData = CsvMalformedDataHandling.Skip,
                OnMalformedRecord = bad =>
                    report.Error(
                        Name,
                        (int)bad.LineNumber,
                        "quotes",
                        Words(bad.Reason),
                        "Quote the whole field and double the marks within."
                    ),
            }
        );
        if (Places([.. csv.Headers], report) is not { } places)
        {
            return table;
        }
        while (csv.Read())
        {
            stop.ThrowIfCancellationRequested();
            Take(table, csv, places, report);
        }
        return table;
    }

    private void Take(CaptionTable table, CsvReader row, int[] places, CorpusReport report)
    {
        var line = (int)row.LineNumber;
        if (places.Max() >= row.FieldCount)
        {
            report.Error(
                Name,
                line,
                "columns",
                $"The row has {row.FieldCount} fields, fewer than the header.",
                "Quote captions that hold the separator."
            );
            return;
        }
        var (image, split, language) = (row.GetString(places[0]), row.GetString(places[1]), row.GetString(places[2]));
        if (image.Length == 0)
        {
            report.Error(Name, line, "image", "The row names no image.", "Fill in the column image.");
        }
        else if (CorpusSplits.Parse(split) is not { } part)
        {
            report.Error(Name, line, "split", $"The split '{split}' is unknown.", CorpusSplits.Remedy);
        }
        else
        {
            table.Add(language, part, image, Stripped([row.GetString(places[3])], Name, line, report)[0], line);
        }
    }

    private static string Words(CsvMalformedReason reason) =>
        reason switch
        {
            CsvMalformedReason.UnterminatedQuote => "A quotation mark is never closed.",
            CsvMalformedReason.TextAfterClosingQuote => "Text follows a closing quotation mark.",
            _ => "A quotation mark stands within a field that is not quoted.",
        };

    private int[]? Places(string[] header, CorpusReport report)
    {
        int[] places = [.. Columns.Select(c => Array.FindIndex(header, h => h.Trim().Equals(c, StringComparison.OrdinalIgnoreCase)))];
        if (Array.IndexOf(places, -1) is var missing and >= 0)
        {
            report.Error(
                Name,
                1,
                "columns",
                $"The header has no column '{Columns[missing]}'.",
                "Begin the file with: image,split,language,caption"
            );
            return null;
        }
        return places;
    }

    private static int? FirstWrongLine(byte[] bytes)
    {
        var line = 1;
        for (var at = 0; at < bytes.Length; line++)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', at);
            end = end < 0 ? bytes.Length : end + 1;
            if (!System.Text.Unicode.Utf8.IsValid(bytes.AsSpan(at, end - at)))
            {
                return line;
            }
            at = end;
        }
        return null;
    }
}
