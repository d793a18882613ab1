using Bunit;
using CllClip.Portal.Features.Answers;
using CllClip.Portal.Tests.Features;
using CllClip.Shared.Results;
using Xunit;

namespace CllClip.Portal.Tests.Features.Answers;

/// <summary>What a cell's score is held against, and how that is shown.</summary>
public sealed class CellFiguresTests : PageContext
{
    private static Score German(int stage, double recall, int n = 100) =>
        new(stage, "de", RetrievalDirection.TextToImage, 1, recall, n, "emoji36");

    [Fact]
    public void A_cell_is_held_against_the_stage_before_and_the_best_earlier_one()
    {
        // Stage 4 was not measured; stage 6 is later.
        var figures = CellFigures.Of([German(6, 90), German(2, 30), German(5, 20.26), German(3, 18)], 5)!;
        Assert.Equal((20.26, 100), (figures.Recall, figures.N));
        Assert.Equal((13.6, 29.2), (Math.Round(figures.Low!.Value, 1), Math.Round(figures.High!.Value, 1)));
        Assert.Equal((3, 18.0), (figures.Before!.Stage, figures.Before.Recall));
        Assert.Equal(2.26, figures.Before.Change, 10);
        Assert.Equal((2, 30.0), (figures.Best!.Stage, figures.Best.Recall));
        Assert.Equal(-9.74, figures.Best.Change, 10);
    }

    [Fact]
    public void At_its_first_stage_there_is_nothing_to_hold_it_against_and_elsewhere_there_is_no_cell()
    {
        var first = CellFigures.Of([German(2, 30, n: 0)], 2)!;
        Assert.Equal((null, null, null, null), (first.Before, first.Best, first.Low, first.High));
        Assert.Null(CellFigures.Of([German(2, 30)], 3));
        Assert.Null(CellFigures.Of([], 1));
    }

    [Fact]
    public void Changes_are_shown_with_their_sign()
    {
        var figures = CellFigures.Of([German(2, 30), German(3, 18), German(5, 20.26)], 5)!;
        var line = Render<CellFiguresLine>(p => p.Add(l => l.Figures, figures).Add(l => l.K, 1));
        Assert.Equal(
            [
                "R@1 20.3 %",
                "95 % interval 13.6 to 29.2",
                "Queries 100",
                "Since stage 3 +2.3 from 18.0",
                "Since its best, stage 2 −9.7 from 30.0",
            ],
            line.FindAll("dl > div").Select(d => Text(d.QuerySelector("dt")!) + " " + Text(d.QuerySelector("dd")!))
        );
    }
}
