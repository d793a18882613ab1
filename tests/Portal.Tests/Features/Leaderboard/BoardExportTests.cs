using CllClip.Portal.Features.Leaderboard;
using CllClip.Shared.Results;
using Xunit;
using static CllClip.Portal.Tests.Features.Leaderboard.BoardTestData;

namespace CllClip.Portal.Tests.Features.Leaderboard;

public class BoardExportTests
{
    private static Score At(int stage, string language, double recall) =>
        new(stage, language, RetrievalDirection.TextToImage, 1, recall, 10, Protocol);

    private static Board Small()
    {
        string[] two = ["en", "de"];
        return BoardBuilder.Build(
            new BoardQuery(),
            [
                Entry("a", two, [At(1, "en", 30), At(2, "en", 20), At(2, "de", 40.04)], configuration: "a") with
                {
                    Label = "A_1 & 50%",
                },
                Entry("b", two, [At(1, "en", 30), At(2, "en", 25), At(2, "de", 30)], configuration: "b") with
                {
                    Teir = true,
                },
                Entry("b2", two, [At(1, "en", 30), At(2, "en", 27), At(2, "de", 32)], 2, "b") with
                {
                    Teir = true,
                },
                Entry("c", two, [At(1, "en", 99)], configuration: "c", finished: false),
            ]
        );
    }

    [Fact]
    public void Latex_is_booktabs_with_best_bold_and_second_underlined_among_finished_rows() =>
        Assert.Equal(
            """
            % Needs \usepackage{booktabs}. Best bold, second underlined, among finished rows.

            % emoji36, protocol emoji36, text to image, Recall@1 after the last task, 2 of 2 languages
            \begin{tabular}{lrrrrr}
            \toprule
            Method & AR$_T$ $\uparrow$ & F$_T$ $\downarrow$ & F$_{\mathrm{en}}$ $\downarrow$ & en & de \\
            \midrule
            A\_1 \& 50\% & \textbf{30.0} & \underline{10.0} & \underline{10.0} & \underline{20.0} & \textbf{40.0} \\
            CLL-CLIP + TEIR & \underline{28.5} $\pm$ 1.4 & \textbf{4.0} $\pm$ 1.4 & \textbf{4.0} $\pm$ 1.4 & \textbf{26.0} $\pm$ 1.4 & \underline{31.0} $\pm$ 1.4 \\
            CLL-CLIP (running, task 2 of 4) & 99.0 & -- & -- & 99.0 & -- \\
            \bottomrule
            \end{tabular}

            """.ReplaceLineEndings("\n"),
            BoardExport.Latex(Small())
        );

    [Fact]
    public void Csv_holds_full_precision_and_reads_back()
    {
        var lines = BoardExport
            .Csv(Small())
            .Replace("\"running, task 2 of 4\"", "running; task 2 of 4", StringComparison.Ordinal)
            .Split("\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split(','))
            .ToList();
        var rows = lines.Skip(1).Select(l => lines[0].Zip(l).ToDictionary(p => p.First, p => p.Second)).ToList();
        Assert.Equal(3, rows.Count);
        Assert.Equal("A_1 & 50%", rows[0]["name"]);
        Assert.Equal("30.02", rows[0]["average_recall"]);
        Assert.Equal("40.04", rows[0]["de"]);
        Assert.Equal("1 2", rows[1]["seeds"]);
        Assert.Equal("", rows[2]["rank"]);
        Assert.Equal("running; task 2 of 4", rows[2]["state"]);
    }

    [Fact]
    public void Every_published_row_can_be_exported()
    {
        var board = BoardBuilder.Build(new BoardQuery(), PublishedResults.Instance.Entries);
        Assert.Equal(1 + 64, BoardExport.Csv(board).Split("\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(3, BoardExport.Latex(board).Split("\\begin{tabular}").Length - 1);
    }
}
