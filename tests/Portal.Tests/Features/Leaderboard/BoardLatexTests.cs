using System.Diagnostics;
using System.Text.RegularExpressions;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Methods;
using Xunit;
using static CllClip.Portal.Tests.Features.Leaderboard.BoardTestData;

namespace CllClip.Portal.Tests.Features.Leaderboard;

/// <summary>The tables are LaTeX: compiled where a compiler is installed, and parsed strictly everywhere.</summary>
public sealed partial class BoardLatexTests
{
    private const string Specials = "a_b & 50% #1 $x^2$ {y} ~z \\w <v> |u| \"t\"";

    public static TheoryData<string> Tables() => ["all", "subset", "own-task", "specials"];

    private static string Latex(string table)
    {
        string[] six = [.. LanguageCatalog.Tour];
        BoardEntry[] own =
        [
            Entry("a", six, Scores(six, 1), configuration: "a") with
            {
                Label = Specials,
            },
            Entry("b", six, Scores(six, 2), configuration: "b") with
            {
                Teir = true,
                Variants = [new MethodVariant(VariantKind.Own, "own & odd_name")],
            },
            Entry("c", six, Scores(six, 3), configuration: "c"),
            Entry("c2", six, Scores(six, 4), 2, "c"),
            Entry("d", six, Scores(six, 5, stages: 3), configuration: "d", finished: false) with
            {
                Status = new LateText(Specials),
            },
        ];
        return BoardExport.Latex(
            table switch
            {
                "all" => BoardBuilder.Build(new BoardQuery(), [.. own, .. PublishedResults.Instance.Entries]),
                "subset" => BoardBuilder.Build(
                    new BoardQuery { Languages = ["de", "fi"], K = 10 },
                    [.. own, .. PublishedResults.Instance.Entries]
                ),
                "own-task" => BoardBuilder.Build(new BoardQuery { Moment = BoardMoment.OwnTask }, PublishedResults.Instance.Entries),
                _ => BoardBuilder.Build(new BoardQuery { Metric = CllClip.Engine.Evaluation.ForgettingDefinition.Avalanche }, own),
            }
        );
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Tables_are_balanced_and_escaped_and_marked(string table)
    {
        var latex = Latex(table);
        var body = Comment().Replace(latex, "");
        var tabulars = Tabular().Matches(body);
        Assert.NotEmpty(tabulars);
        Assert.Equal("", Tabular().Replace(body, "").Trim()); // nothing lies outside
        Assert.All(tabulars, t => Strictly(t.Groups["columns"].Value, t.Groups["body"].Value));
    }

    private static void Strictly(string columns, string body)
    {
        Assert.Matches("^lr+$", columns);
        var lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("\\toprule", "\\midrule", "\\bottomrule"), (lines[0], lines[2], lines[^1]));
        var rows = lines[3..^1].Prepend(lines[1]).ToList();
        Assert.All(
            rows,
            row =>
            {
                Assert.EndsWith(" \\\\", row, StringComparison.Ordinal);
                Assert.Equal(columns.Length, Cells(row).Count);
                Assert.All(Cells(row), Balanced);
                Assert.Equal("", Known().Replace(row[..^3], "")); // only what is text in LaTeX, or a command that it or booktabs has
            }
        );
        for (var column = 1; column < columns.Length; column++)
        {
            Marks([.. rows.Skip(1).Select(r => Cells(r)[column])], higher: column is 1 or > 3);
        }
    }

    private static List<string> Cells(string row) => [.. Ampersand().Split(row[..^3]).Select(c => c.Trim())];

    private static void Balanced(string cell)
    {
        var depth = 0;
        foreach (Match brace in Brace().Matches(cell))
        {
            Assert.True((depth += brace.Value == "{" ? 1 : -1) >= 0, cell);
        }
        Assert.Equal(0, depth);
        Assert.Equal(0, Dollar().Count(cell) % 2);
    }

    /// <summary>Among figures that are marked: bold is the best, underlined the next.</summary>
    private static void Marks(List<string> cells, bool higher)
    {
        var bold = cells.Select(c => Bold().Match(c)).Where(m => m.Success).Select(m => Value(m.Groups[1].Value)).Distinct().ToList();
        var second = cells
            .Select(c => Underlined().Match(c))
            .Where(m => m.Success)
            .Select(m => Value(m.Groups[1].Value))
            .Distinct()
            .ToList();
        Assert.True(bold.Count <= 1 && second.Count <= 1);
        Assert.Equal(cells.Exists(c => c != "--" && !Plain().IsMatch(c)), bold.Count == 1);
        if (second.Count == 1)
        {
            Assert.True(higher ? bold[0] > second[0] : bold[0] < second[0]);
        }
    }

    private static double Value(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task Tables_compile()
    {
        string[] compilers = ["pdflatex", "tectonic"];
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .SelectMany(folder => compilers.Select(name => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, "Neither pdflatex nor tectonic is installed; the tables are parsed strictly instead.");
        var folder = Directory.CreateTempSubdirectory("leaderboard-latex").FullName;
        try
        {
            foreach (var table in Tables().Select(t => t.Data))
            {
                await File.WriteAllTextAsync(
                    Path.Combine(folder, "t.tex"),
                    "\\documentclass{article}\\usepackage{booktabs}\\usepackage{graphicx}\\begin{document}\n"
                        + Tabular().Replace(Latex(table), "\\resizebox{\\textwidth}{!}{$0}\n\n")
                        + "\\end{document}\n",
                    TestContext.Current.CancellationToken
                );
                string[] options =
                    Path.GetFileName(found) == "pdflatex" ? ["-interaction=nonstopmode", "-halt-on-error", "t.tex"] : ["t.tex"];
                using var compiler = Process.Start(
                    new ProcessStartInfo(found!, options)
                    {
                        WorkingDirectory = folder,
                        RedirectStandardOutput = true,
                        RedirectStandardError = true,
                    }
                )!;
                var errors = compiler.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
                var output = await compiler.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
                await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
                Assert.True(compiler.ExitCode == 0, output + await errors);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"(?m)^%.*\n?")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\\begin\{tabular\}\{(?<columns>[lr]+)\}\n(?<body>(?:(?!\\begin|\\end).*\n)+?)\\end\{tabular\}\n?")]
    private static partial Regex Tabular();

    [GeneratedRegex(@"(?<!\\)&")]
    private static partial Regex Ampersand();

    [GeneratedRegex(@"(?<!\\)[{}]")]
    private static partial Regex Brace();

    [GeneratedRegex(@"(?<!\\)\$")]
    private static partial Regex Dollar();

    [GeneratedRegex(
        @"\\(textbf|underline|textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|mathrm)\{|\\[&%$#_{}]|\$\\(pm|uparrow|downarrow)\$|\$_T\$|\$_\{|\}\$?|&|[\w .,;:()+\-–'’/@!=*]"
    )]
    private static partial Regex Known();

    [GeneratedRegex(@"\\textbf\{([^}]*)\}")]
    private static partial Regex Bold();

    [GeneratedRegex(@"\\underline\{([^}]*)\}")]
    private static partial Regex Underlined();

    [GeneratedRegex(@"^-?[\d.]+( \$\\pm\$ [\d.]+)?$")]
    private static partial Regex Plain();
}
