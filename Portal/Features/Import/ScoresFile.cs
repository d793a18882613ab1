using System.Text;

namespace CllClip.Portal.Features.Import;

/// <summary>A score with the line of the file that it stands in.</summary>
internal sealed record ImportedRow(int Line, CllClip.Shared.Results.Score Score);

/// <summary>A file of scores as read: tidy CSV with the columns of <c>scores.csv</c>, or JSON.</summary>
/// <param name="Said">What the file says besides the scores; nothing in CSV.</param>
/// <param name="Rows">The rows that could be read; data sets as written, null where a row names none.</param>
internal sealed record ScoresFile(ImportSettings Said, IReadOnlyList<ImportedRow> Rows)
{
    /// <summary>Largest file in bytes: 36 languages with three protocols on four data sets are a fifth of it.</summary>
    public const int LargestFile = 16 * 1024 * 1024;

    /// <summary>Most rows of a file.</summary>
    public const int MostRows = 200_000;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a file; what cannot be read is added to the problems.</summary>
    public static ScoresFile Read(ReadOnlyMemory<byte> bytes, ImportProblems problems)
    {
        if (bytes.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }
        var start = bytes.Span.IndexOfAnyExcept(" \t\r\n"u8);
        if (start < 0)
        {
            problems.Field("file", "The file is empty.", "Give tidy CSV with a header, or JSON.");
            return new ScoresFile(new ImportSettings(), []);
        }
        if (bytes.Length > LargestFile)
        {
            problems.Field("file", $"The file is larger than {LargestFile / (1024 * 1024)} MB.", "Import one run a file.");
            return new ScoresFile(new ImportSettings(), []);
        }
        try
        {
            Strict.GetCharCount(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            problems.Field("file", "The file is not UTF-8 text.", "Save it as UTF-8.");
            return new ScoresFile(new ImportSettings(), []);
        }
        return bytes.Span[start] is (byte)'{' or (byte)'['
            ? ScoresJson.Read(bytes, problems)
            : new ScoresFile(new ImportSettings(), ScoresCsvReader.Read(bytes, problems));
    }
}
