using System.Globalization;
using Bunit;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Tests.Features;
using CllClip.Shared.Results;
using Xunit;

namespace CllClip.Portal.Tests.Layout;

public sealed class ScoreMatrixTests : PageContext
{
    private static readonly string[] Languages = ["en", "de", "ar"];

    private static readonly List<Score> Scores =
    [
        T2i(1, "en", 30.04),
        T2i(2, "en", 20.26),
        T2i(2, "de", 25),
        new(2, "de", RetrievalDirection.ImageToText, 1, 11.11, 100, "emoji36"),
        new(2, "de", RetrievalDirection.TextToImage, 5, 55.55, 100, "emoji36"),
        new(2, "de", RetrievalDirection.TextToImage, 1, 77.7, 200, "emoji36-all"),
    ];

    private static Score T2i(int stage, string language, double recall) =>
        new(stage, language, RetrievalDirection.TextToImage, 1, recall, 100, "emoji36");

    private IRenderedComponent<ScoreMatrix> Matrix(IReadOnlyList<Score>? scores = null) =>
        Render<ScoreMatrix>(p =>
            p.Add(m => m.Languages, Languages)
                .Add(m => m.Scores, scores ?? Scores)
                .Add(
                    m => m.StageLanguages,
                    [
                        ["en"],
                        ["de"],
                        ["ar"],
                    ]
                )
                .Add(m => m.LiveStage, 3)
        );

    private static string[] Row(IRenderedComponent<ScoreMatrix> matrix, int row) =>
        [.. matrix.FindAll("tbody tr")[row].QuerySelectorAll("td").Select(c => c.TextContent.Trim())];

    [Fact]
    public void Cells_show_recall_with_one_decimal_after_the_averages_of_the_row()
    {
        var matrix = Matrix();
        Assert.Equal(["30.0", "–", "30.0", ""], Row(matrix, 0));
        Assert.Equal(["22.6", "9.8", "20.3", "25.0", ""], Row(matrix, 1));
    }

    [Fact]
    public void What_was_not_measured_is_blank_and_says_so()
    {
        var cells = Matrix().FindAll("tbody td.none");
        // one cell a row for all languages that are not learned yet
        Assert.Equal(6, cells.Sum(c => int.Parse(c.GetAttribute("colspan") ?? "1", CultureInfo.InvariantCulture)));
        Assert.All(cells, c => Assert.Equal("not measured", c.GetAttribute("aria-label")));
    }

    [Fact]
    public void It_is_a_table_that_a_screen_reader_can_walk()
    {
        var matrix = Matrix();
        Assert.Contains("Recall@1", matrix.Find("caption").TextContent, StringComparison.Ordinal);
        Assert.All(matrix.FindAll("thead th"), h => Assert.Equal("col", h.GetAttribute("scope")));
        Assert.All(matrix.FindAll("tbody th"), h => Assert.Equal("row", h.GetAttribute("scope")));
        Assert.Equal("rtl", matrix.Find("tbody bdi[lang=ar]").GetAttribute("dir"));
        Assert.Contains("live", matrix.FindAll("tbody tr")[2].ClassName, StringComparison.Ordinal);
    }

    [Fact]
    public void The_switches_change_direction_and_K()
    {
        var matrix = Matrix();
        matrix.FindAll("[aria-label=Direction] button")[1].Click();
        Assert.Equal("true", matrix.FindAll("[aria-label=Direction] button")[1].GetAttribute("aria-pressed"));
        Assert.Equal("11.1", Row(matrix, 1)[3]);
        matrix.FindAll("[aria-label=Direction] button")[0].Click();
        matrix.FindAll("[aria-label='Recall at'] button")[1].Click();
        Assert.Equal("55.5", Row(matrix, 1)[3], StringComparer.Ordinal);
    }

    [Fact]
    public void Protocols_are_never_mixed_and_can_be_switched()
    {
        var matrix = Matrix();
        Assert.Equal("25.0", Row(matrix, 1)[3]);
        matrix.FindAll("[aria-label=Protocol] button")[1].Click();
        Assert.Equal("77.7", Row(matrix, 1)[3]);
    }

    [Fact]
    public void A_cell_says_language_stage_recall_change_and_n_on_hover()
    {
        var cell = Matrix().FindAll("tbody tr")[1].QuerySelectorAll("td")[2];
        Assert.Equal(
            "English after stage 2: 20.26 %, 95 % interval 13.6 to 29.2, −9.8 from its best earlier (n = 100)",
            cell.GetAttribute("title")
        );
    }

    private static void ShowLoss(IRenderedComponent<ScoreMatrix> matrix) =>
        matrix.FindAll("[aria-label='What a cell shows'] button")[1].Click();

    [Fact]
    public void Loss_from_the_best_has_cells_a_scale_a_caption_and_means_of_its_own()
    {
        Score[] scores = [T2i(1, "en", 30), T2i(2, "en", 35), T2i(2, "de", 20), T2i(3, "en", 25), T2i(3, "de", 22), T2i(3, "ar", 10)];
        var matrix = Matrix(scores);
        ShowLoss(matrix);
        Assert.Equal("true", matrix.FindAll("[aria-label='What a cell shows'] button")[1].GetAttribute("aria-pressed"));
        Assert.Equal(["–", "–", "0.0", ""], Row(matrix, 0));
        Assert.Equal(["0.0", "−5.0", "0.0", "0.0", ""], Row(matrix, 1));
        Assert.Equal(["5.0", "4.0", "10.0", "0.0", "0.0"], Row(matrix, 2));
        var cells = matrix.FindAll("tbody tr")[2].QuerySelectorAll("td");
        Assert.Equal(["loss-31", "loss-0", "loss-0"], cells.Skip(2).Select(c => c.ClassName!));
        Assert.Contains("−10.0 from its best earlier (n = 100)", cells[2].GetAttribute("title"), StringComparison.Ordinal);
        Assert.StartsWith("Loss from the best in points of Recall@1", matrix.Find("caption").TextContent, StringComparison.Ordinal);
        Assert.Contains("below the best that the language had", matrix.Find(".legend").TextContent, StringComparison.Ordinal);
        Assert.Equal(["0", "10"], matrix.FindAll(".legend .num").Select(Text));
        Assert.Equal(["Stage", "Lost", "F"], matrix.FindAll("thead th").Take(3).Select(Text));
        // A later score fills its cell here too, and the other K and direction have losses of theirs.
        matrix.Render(p => p.Add(m => m.Scores, [.. scores, T2i(4, "en", 15)]));
        Assert.Equal("20.0", Row(matrix, 3)[2]);
        matrix.FindAll("[aria-label='Recall at'] button")[1].Click();
        Assert.Empty(matrix.FindAll("tbody td[class^=loss]"));
    }

    [Fact]
    public void What_is_saved_says_which_figure_it_is()
    {
        var matrix = Matrix();
        ShowLoss(matrix);
        matrix.FindAll("details.menu button").Single(b => Text(b) == "Table as CSV").Click();
        var saved = JSInterop.Invocations["portal.download"].Single().Arguments;
        Assert.Equal("scores-emoji36-t2i-r1-loss.csv", saved[0]);
        Assert.Contains("loss_from_best,t2i,1,emoji36", (string)saved[1]!, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_chosen_is_told()
    {
        var told = new List<MatrixChoice>();
        var matrix = Render<ScoreMatrix>(p =>
            p.Add(m => m.Languages, Languages).Add(m => m.Scores, Scores).Add(m => m.ChoiceChanged, told.Add)
        );
        matrix.FindAll("[aria-label=Direction] button")[1].Click();
        matrix.FindAll("[aria-label='Recall at'] button")[2].Click();
        matrix.FindAll("[aria-label=Protocol] button")[1].Click();
        Assert.Equal(new MatrixChoice(null, "emoji36-all", RetrievalDirection.ImageToText, 10), told[^1]);
        Assert.Equal(3, told.Count);
    }

    [Fact]
    public void The_link_of_a_cell_says_what_the_cell_holds()
    {
        var matrix = Render<ScoreMatrix>(p =>
            p.Add(m => m.Languages, Languages).Add(m => m.Scores, Scores).Add(m => m.CellLink, s => s.Stage == 2 ? "/answers" : null)
        );
        var cells = matrix.FindAll("tbody td[class^=heat]");
        Assert.Null(cells[0].QuerySelector("a"));
        Assert.StartsWith("English after stage 1", cells[0].GetAttribute("title"), StringComparison.Ordinal);
        Assert.Null(cells[1].GetAttribute("title"));
        Assert.StartsWith("English after stage 2", cells[1].QuerySelector("a")!.GetAttribute("title"), StringComparison.Ordinal);
        Assert.Contains("A cell opens its queries.", matrix.Find(".legend").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("opens", Matrix().Find(".legend").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void It_fills_as_scores_come()
    {
        var matrix = Matrix();
        Assert.Equal("", Row(matrix, 2)[2]);
        matrix.Render(p => p.Add(m => m.Scores, [.. Scores, T2i(3, "en", 15)]));
        Assert.Equal("15.0", Row(matrix, 2)[2]);
    }

    [Fact]
    public void Without_scores_it_says_when_they_come() =>
        Assert.Contains(
            "first scores",
            Render<ScoreMatrix>(p => p.Add(m => m.Languages, Languages).Add(m => m.Scores, [])).Markup,
            StringComparison.Ordinal
        );

    [Fact]
    public void Forgetting_is_the_loss_from_the_best_earlier_score()
    {
        var grid = new ScoreGrid(
            [T2i(1, "en", 30), T2i(2, "en", 35), T2i(2, "de", 20), T2i(3, "en", 25), T2i(3, "de", 22), T2i(3, "ar", 10)],
            "emoji36",
            RetrievalDirection.TextToImage,
            1
        );
        Assert.Null(grid.Forgetting(1, Languages));
        Assert.Equal(-5, grid.Forgetting(2, Languages));
        Assert.Equal((10 - 2) / 2.0, grid.Forgetting(3, Languages));
        Assert.Equal(19, grid.Average(3, Languages));
        Assert.Equal(
            "stage,average_recall,forgetting,en,de,ar,figure,direction,k,protocol\n"
                + "1,30,,30,,,recall,t2i,1,emoji36\n2,27.5,-5,35,20,,recall,t2i,1,emoji36\n3,19,4,25,22,10,recall,t2i,1,emoji36\n",
            grid.ToTable(Languages, 3, MatrixFigure.Recall).ToCsv()
        );
        // Better than ever is no loss, but it is a negative forgetting.
        Assert.Equal(0, grid.Loss(2, "en"));
        Assert.Null(grid.MeanLoss(1, Languages));
        Assert.Equal(0, grid.MeanLoss(2, Languages));
        Assert.Equal(5, grid.MeanLoss(3, Languages));
        Assert.Equal(10, grid.HighestLoss(Languages));
        Assert.Null(grid.Loss(2, "ar"));
        Assert.Equal(
            "stage,mean_loss,forgetting,en,de,ar,figure,direction,k,protocol\n"
                + "1,,,0,,,loss_from_best,t2i,1,emoji36\n2,0,-5,0,0,,loss_from_best,t2i,1,emoji36\n3,5,4,10,0,0,loss_from_best,t2i,1,emoji36\n",
            grid.ToTable(Languages, 3, MatrixFigure.Loss).ToCsv()
        );
    }
}
