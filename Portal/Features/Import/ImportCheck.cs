using System.Globalization;
using CllClip.Engine.Methods;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Import;

/// <summary>An import that may be stored.</summary>
/// <param name="Settings">What was said, with every default filled in.</param>
/// <param name="Scores">The scores in percent, in the file's order; the data set is null for the run's own.</param>
/// <param name="TestSets">Further data sets that the scores are of.</param>
internal sealed record CheckedImport(ImportSettings Settings, IReadOnlyList<Score> Scores, IReadOnlyList<string> TestSets);

/// <summary>Holds a file of scores and what is said of it against what a run of this portal would have stored: only then can the two be compared.</summary>
/// <param name="isLanguage">Whether a code is one of a language known here.</param>
/// <param name="problems">Takes what is wrong.</param>
internal sealed class ImportCheck(Func<string, bool> isLanguage, ImportProblems problems)
{
    private const int LongestText = 200;
    private const int LongestDetail = 500;
    private const int MostDetails = 30;

    /// <summary>The import; null if anything is wrong.</summary>
    public CheckedImport? Check(ScoresFile file, ImportSettings given)
    {
        var said = given.Over(file.Said);
        CheckMethod(said);
        CheckTexts(said);
        CheckProvenance(said);
        var unit = Unit(said, file.Rows);
        if (problems.Count > 0 || unit is null)
        {
            return null; // what is missing in a file that is half read says nothing
        }
        var own = OwnDataset(said, file.Rows);
        if (own is null)
        {
            return null;
        }
        var rows = file
            .Rows.Select(r => new ImportedRow(
                r.Line,
                r.Score with
                {
                    Dataset = r.Score.Dataset == own ? null : r.Score.Dataset,
                    Recall = r.Score.Recall * unit.Value,
                }
            ))
            .ToList();
        var languages = Languages(said, rows);
        if (problems.Count == 0)
        {
            new ScoreMatrixCheck(languages, MethodCatalog.Find(said.Method!)?.AllLanguagesAtOnce == true, own, problems).Check(rows);
        }
        return problems.Count > 0
            ? null
            : new CheckedImport(
                said with
                {
                    Dataset = own,
                    Languages = languages,
                    Teir = said.Teir ?? false,
                    Seed = said.Seed ?? 1,
                    Source = said.Source!.Trim(),
                },
                [.. rows.Select(r => r.Score)],
                [.. rows.Select(r => r.Score.Dataset).OfType<string>().Distinct()]
            );
    }

    private void CheckMethod(ImportSettings said)
    {
        var known = string.Join(", ", MethodCatalog.All.Select(m => m.Id));
        if (string.IsNullOrWhiteSpace(said.Method))
        {
            problems.Field("method", "Name the method.", $"Choose one of: {known}; or any other name together with otherMethod.");
        }
        else if (MethodCatalog.Find(said.Method) is { } method)
        {
            if (said.Teir == true && !method.ComposesWithTeir)
            {
                problems.Field("teir", $"{method.Name} does not compose with TEIR.");
            }
        }
        else if (said.OtherMethod != true)
        {
            problems.Field(
                "method",
                $"Unknown method '{ScoreRows.Shorten(said.Method)}'.",
                $"Choose one of: {known}; or say otherMethod if it is one that this portal does not have."
            );
        }
        else if (said.Method.Trim() != said.Method || said.Method.Length > 60 || said.Method.Any(char.IsControl))
        {
            problems.Field(
                "method",
                "The name of a method has at most 60 characters, none of them a control character or a space at its ends."
            );
        }
    }

    private void CheckTexts(ImportSettings said)
    {
        foreach (
            var (field, text) in new[]
            {
                ("name", said.Name),
                ("model", said.Model),
                ("source", said.Source),
                ("codeVersion", said.CodeVersion),
            }
        )
        {
            if (text?.Length > LongestText || text?.Any(char.IsControl) == true)
            {
                problems.Field(field, $"At most {LongestText} characters, none of them a control character.");
            }
        }
        if (said.Seed < 0)
        {
            problems.Field("seed", "The seed must be 0 or greater.");
        }
        if (said.Epochs is < 1 or > 100_000)
        {
            problems.Field("epochs", "Epochs must be between 1 and 100000.", "Leave them out if they are not known.");
        }
        if (said.Dataset is { } dataset && (dataset.Length is 0 or > 64 || dataset.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))))
        {
            problems.Field("dataset", "The id of a data set has 1 to 64 characters, none of them a space.");
        }
    }

    private void CheckProvenance(ImportSettings said)
    {
        if (string.IsNullOrWhiteSpace(said.Source))
        {
            problems.Field("source", "Say where the scores come from.", "Name who measured them: a publication, a laboratory, a program.");
        }
        if (
            said.Url is { Length: > 0 } url
            && (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https") || url.Length > 2000)
        )
        {
            problems.Field("url", "This is no address of a page.", "Write it whole, with https:// in front, or leave it out.");
        }
        if (
            said.Details is { } details
            && (details.Count > MostDetails || details.Any(d => d.Key.Length is 0 or > 60 || d.Value.Length > LongestDetail))
        )
        {
            problems.Field("provenance", $"At most {MostDetails} entries with names of 60 and texts of {LongestDetail} characters.");
        }
    }

    /// <summary>What recalls are multiplied with to be in percent; null if that is not clear. A guess would be wrong by a factor of a hundred.</summary>
    private double? Unit(ImportSettings said, IReadOnlyList<ImportedRow> rows)
    {
        var most = rows.Select(r => r.Score.Recall).DefaultIfEmpty().Max();
        switch (said.Unit)
        {
            case "percent":
                return 1;
            case "fraction":
                foreach (var row in rows.Where(r => r.Score.Recall > 1))
                {
                    problems.Row(
                        row.Line,
                        "recall",
                        string.Create(CultureInfo.InvariantCulture, $"A recall of {row.Score.Recall} is no fraction."),
                        "Fractions go from 0 to 1; leave the unit out if the recalls are in percent."
                    );
                }
                return 100;
            case null when most is > 0 and <= 1:
                problems.Field(
                    "unit",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"No recall is above {most}: these look like fractions, and recall is in percent."
                    ),
                    "Say unit fraction to have them multiplied by 100, or unit percent if they are in percent."
                );
                return null;
            case null:
                return 1;
            default:
                problems.Field("unit", $"'{ScoreRows.Shorten(said.Unit)}' is no unit.", "Choose percent or fraction.");
                return null;
        }
    }

    private string? OwnDataset(ImportSettings said, IReadOnlyList<ImportedRow> rows)
    {
        var named = rows.Select(r => r.Score.Dataset).OfType<string>().Distinct().ToList();
        var unnamed = rows.Any(r => r.Score.Dataset is null);
        if (said.Dataset is { } own)
        {
            if (!unnamed && !named.Contains(own))
            {
                problems.Field("dataset", $"No score is of the data set '{own}'.", $"The scores are of: {string.Join(", ", named)}.");
                return null;
            }
            return own;
        }
        if (named.Count == 1 && !unnamed)
        {
            return named[0];
        }
        problems.Field(
            "dataset",
            named.Count == 0 ? "The scores name no data set." : $"The scores are of several data sets: {string.Join(", ", named)}.",
            "Name the one that was learned from, for example emoji36."
        );
        return null;
    }

    private IReadOnlyList<string> Languages(ImportSettings said, IReadOnlyList<ImportedRow> rows)
    {
        foreach (var row in rows.Where(r => !isLanguage(r.Score.Language)))
        {
            problems.Row(
                row.Line,
                "language",
                $"Unknown language '{ScoreRows.Shorten(row.Score.Language)}'.",
                $"The codes are: {string.Join(' ', LanguageCatalog.All.Select(l => l.Code))}."
            );
        }
        if (said.Languages is not { Count: > 0 } listed)
        {
            return [.. rows.Where(r => r.Score.Dataset is null).OrderBy(r => r.Score.Stage).Select(r => r.Score.Language).Distinct()];
        }
        foreach (var code in listed.Where(c => !isLanguage(c)).Distinct())
        {
            problems.Field("languages", $"Unknown language '{ScoreRows.Shorten(code)}'.");
        }
        foreach (var code in listed.GroupBy(c => c).Where(g => g.Count() > 1).Select(g => g.Key))
        {
            problems.Field("languages", $"Language '{code}' is listed more than once.");
        }
        return listed;
    }
}
