using System.Globalization;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Import;

/// <summary>Reads one row of scores from texts, the same for CSV and JSON; every wrong field is named.</summary>
internal static class ScoreRows
{
    public const int MostStages = 1000;
    private const int LongestName = 64;

    /// <summary>The columns of <c>scores.csv</c>.</summary>
    public static readonly string[] Columns = ["stage", "language", "direction", "k", "recall", "n", "protocol", "dataset"];

    /// <summary>The column that may be missing: rows without it are of the run's own data set.</summary>
    public const string Optional = "dataset";

    /// <summary>The row's score, the recall as written; null if a field is wrong.</summary>
    /// <param name="line">Line of the file.</param>
    /// <param name="field">Text of a column; null where the row has none.</param>
    /// <param name="problems">Takes what is wrong.</param>
    public static ImportedRow? Read(int line, Func<string, string?> field, ImportProblems problems)
    {
        var before = problems.Count;
        void Wrong(string column, string message, string remedy) => problems.Row(line, column, message, remedy);
        string Text(string column)
        {
            var text = Unguarded(field(column)?.Trim() ?? "");
            if (text.Length == 0)
            {
                Wrong(column, $"The row has no {column}.", $"Fill in {column}.");
            }
            else if (text.Length > LongestName || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            {
                Wrong(column, $"'{Shorten(text)}' cannot be a {column}.", $"Use at most {LongestName} characters without spaces.");
            }
            return text;
        }
        int Whole(string column, int most, string remedy)
        {
            var text = Text(column);
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= most)
            {
                return value;
            }
            if (text.Length > 0)
            {
                Wrong(column, $"'{Shorten(text)}' cannot be {column}.", remedy);
            }
            return 0;
        }

        var stage = Whole("stage", MostStages, $"Stages are whole numbers from 1 to {MostStages}.");
        var language = Text("language");
        var direction = Text("direction");
        var k = Whole("k", int.MaxValue, "K is 1, 5 or 10.");
        var recall = Recall(line, field("recall")?.Trim() ?? "", problems);
        var n = Whole("n", int.MaxValue, "n is the number of queries, a whole number from 1 on.");
        var protocol = Text("protocol");
        var dataset = string.IsNullOrWhiteSpace(field(Optional)) ? null : Text(Optional);
        if (direction.Length > 0 && direction is not ("t2i" or "i2t"))
        {
            Wrong("direction", $"'{Shorten(direction)}' is no direction.", "Write t2i (text to image) or i2t (image to text).");
        }
        if (k > 0 && k is not (1 or 5 or 10))
        {
            Wrong("k", $"K is {k}.", "This portal compares Recall@1, @5 and @10: leave other rows out.");
        }
        return problems.Count > before
            ? null
            : new ImportedRow(
                line,
                new Score(
                    stage,
                    language,
                    direction == "t2i" ? RetrievalDirection.TextToImage : RetrievalDirection.ImageToText,
                    k,
                    recall,
                    n,
                    protocol
                )
                {
                    Dataset = dataset,
                }
            );
    }

    private static double Recall(int line, string text, ImportProblems problems)
    {
        if (text.Length == 0)
        {
            problems.Row(line, "recall", "The row has no recall.", "Fill in recall, or leave the row out.");
        }
        else if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var recall) || !double.IsFinite(recall))
        {
            problems.Row(
                line,
                "recall",
                $"'{Shorten(text)}' is no number.",
                text.Contains(',', StringComparison.Ordinal) ? "Write a decimal point, not a comma." : "Write a number such as 41.3."
            );
        }
        else if (recall is < 0 or > 100)
        {
            problems.Row(line, "recall", $"A recall of {Shorten(text)} is outside 0 to 100.", "Recall is in percent.");
        }
        else
        {
            return recall;
        }
        return 0;
    }

    /// <summary>Text without the apostrophe that an export puts in front of what a spreadsheet would run as a formula.</summary>
    private static string Unguarded(string text) => text is ['\'', '=' or '+' or '-' or '@', ..] ? text[1..] : text;

    internal static string Shorten(string text) => text.Length > 40 ? text[..40] + "…" : text;
}
