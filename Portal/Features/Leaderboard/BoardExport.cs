using System.Globalization;
using System.Text;
using CllClip.Engine.Evaluation;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Methods;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>The leaderboard as CSV (tidy, full precision) and as LaTeX (booktabs; best bold, second underlined).</summary>
public static class BoardExport
{
    /// <summary>One line for every row: what it is, its means, then one column a language, then each language's 95 % interval and number of queries.</summary>
    public static string Csv(Board board)
    {
        var languages = LanguageCatalog.PaperOrder.Where(l => board.Groups.Any(g => g.Languages.Contains(l))).ToList();
        string[] header =
        [
            "dataset",
            "protocol",
            "direction",
            "k",
            "at",
            "rank",
            "name",
            "method",
            "teir",
            "variants",
            "source",
            "file",
            "imported_from",
            "model",
            "state",
            "seeds",
            "languages_learned",
            "languages_averaged",
            "average_recall",
            "average_recall_deviation",
            "average_recall_low",
            "average_recall_high",
            "average_recall_interval",
            "forgetting_definition",
            "forgetting",
            "forgetting_deviation",
            "forgetting_en",
            "forgetting_en_deviation",
        ];
        return Layout.Csv.Write(
            [.. header, .. languages, .. languages.SelectMany(l => (string[])[$"{l}_low", $"{l}_high", $"{l}_queries"])],
            board.Groups.SelectMany(group => group.Rows.Select(row => Fields(board.Query, group, row, languages)))
        );
    }

    private static IEnumerable<object?> Fields(BoardQuery query, BoardGroup group, BoardRow row, IReadOnlyList<string> languages) =>
        [
            group.Dataset,
            group.Protocol,
            RetrievalChoices.Code(query.Direction),
            query.K,
            query.Moment == BoardMoment.Last ? "last" : "own",
            row.Rank,
            row.Name,
            row.Entry.Method,
            row.Entry.Teir,
            string.Join("; ", row.Entry.Variants.Select(v => $"{(v.Kind == VariantKind.Own ? "own" : "ablation")}: {v.Name}")),
            BoardNames.Source(row.Entry.Source),
            row.Entry.File,
            row.Entry.ImportedFrom,
            row.Entry.Model,
            row.Entry.Finished ? "finished" : row.Entry.Status?.ToString() ?? "unfinished",
            string.Join(' ', row.Seeds),
            group.Learned.Count,
            group.Languages.Count,
            row.Ar.Mean,
            row.Ar.Deviation,
            row.Ar.Interval?.Low,
            row.Ar.Interval?.High,
            row.Error is { } error ? Code(error.Basis) : null,
            BoardLink.Code(query.Metric),
            row.F.Mean,
            row.F.Deviation,
            row.FEnglish.Mean,
            row.FEnglish.Deviation,
            .. languages.Select(l => (object?)row.Cells.GetValueOrDefault(l).Mean),
            .. languages
                .Select(l => row.Cells.GetValueOrDefault(l))
                .SelectMany(c => (object?[])[c.Interval?.Low, c.Interval?.High, c.Queries]),
        ];

    /// <summary>What an interval was made from, as it stands in files: <c>answers</c> or <c>languages</c>.</summary>
    public static string Code(ErrorBasis basis) => basis == ErrorBasis.Answers ? "answers" : "languages";

    /// <summary>One <c>tabular</c> for every group, ready for <c>\input</c>; needs the package booktabs.</summary>
    public static string Latex(Board board)
    {
        var latex = new StringBuilder("% Needs \\usepackage{booktabs}. Best bold, second underlined, among finished rows.\n");
        foreach (var group in board.Groups)
        {
            Tabular(latex, board.Query, group);
        }
        return latex.ToString();
    }

    private static void Tabular(StringBuilder latex, BoardQuery query, BoardGroup group)
    {
        var direction = query.Direction == RetrievalDirection.TextToImage ? "text to image" : "image to text";
        var moment = query.Moment == BoardMoment.Last ? "after the last task" : "right after each language's own task";
        latex.Append(
            CultureInfo.InvariantCulture,
            $"\n% {group.Dataset}, protocol {group.Protocol}, {direction}, Recall@{query.K} {moment}, {group.Languages.Count} of {group.Learned.Count} languages{(query.Metric == ForgettingDefinition.Paper ? "" : $", forgetting as in {ForgettingFormulas.Name(query.Metric, PageText.English)}")}{(group.OwnVariants ? ", this project's own variants" : "")}\n"
        );
        var languages = group.HasCells ? group.Languages : [];
        latex.Append(CultureInfo.InvariantCulture, $"\\begin{{tabular}}{{l{new string('r', 3 + languages.Count)}}}\n\\toprule\n");
        latex.Append("Method & AR$_T$ $\\uparrow$ & F$_T$ $\\downarrow$ & F$_{\\mathrm{en}}$ $\\downarrow$");
        latex.Append(string.Concat(languages.Select(l => " & " + l))).Append(" \\\\\n\\midrule\n");
        var ar = Marks(group.Rows, r => r.Ar.Mean, higher: true);
        var f = Marks(group.Rows, r => r.F.Mean, higher: false);
        var english = Marks(group.Rows, r => r.FEnglish.Mean, higher: false);
        var cells = languages.Select(l => Marks(group.Rows, r => r.Cells[l].Mean, higher: true)).ToList();
        foreach (var row in group.Rows)
        {
            latex.Append(Escape(row.Name + (row.Entry.Finished ? "" : $" ({row.Entry.Status})")));
            latex.Append(" & ").Append(ar(row.Ar, row.Ranks));
            latex.Append(" & ").Append(f(row.F, row.Ranks));
            latex.Append(" & ").Append(english(row.FEnglish, row.Ranks));
            for (var i = 0; i < languages.Count; i++)
            {
                latex.Append(" & ").Append(cells[i](row.Cells[languages[i]], row.Ranks));
            }
            latex.Append(" \\\\\n");
        }
        latex.Append("\\bottomrule\n\\end{tabular}\n");
    }

    // What is compared is what is printed: one decimal.
    private static Func<Figure, bool, string> Marks(IReadOnlyList<BoardRow> rows, Func<BoardRow, double?> value, bool higher)
    {
        var values = rows.Where(r => r.Ranks && value(r) is not null).Select(r => Rounded(value(r)!.Value)).Distinct();
        var best = (higher ? values.OrderDescending() : values.Order()).Take(2).ToList();
        return (figure, ranks) =>
        {
            if (figure.Mean is not { } mean)
            {
                return "--";
            }
            var text = Rounded(mean).ToString("0.0", CultureInfo.InvariantCulture);
            text =
                !ranks ? text
                : best.Count > 0 && Rounded(mean) == best[0] ? $"\\textbf{{{text}}}"
                : best.Count > 1 && Rounded(mean) == best[1] ? $"\\underline{{{text}}}"
                : text;
            return figure.Deviation is { } deviation ? string.Create(CultureInfo.InvariantCulture, $"{text} $\\pm$ {deviation:0.0}") : text;
        };
    }

    internal static decimal Rounded(double value) => Math.Round((decimal)value, 1, MidpointRounding.AwayFromZero);

    /// <summary>A text as LaTeX prints it literally.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            escaped.Append(
                character switch
                {
                    '&' or '%' or '$' or '#' or '_' or '{' or '}' => "\\" + character,
                    '~' => "\\textasciitilde{}",
                    '^' => "\\textasciicircum{}",
                    '\\' => "\\textbackslash{}",
                    '<' => "\\textless{}",
                    '>' => "\\textgreater{}",
                    '|' => "\\textbar{}",
                    '"' => "''",
                    '\r' or '\n' => " ",
                    _ => character.ToString(),
                }
            );
        }
        return escaped.ToString();
    }
}
