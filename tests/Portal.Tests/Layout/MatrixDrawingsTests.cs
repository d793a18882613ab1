using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;
using Xunit;

namespace CllClip.Portal.Tests.Layout;

/// <summary>Rows that are taken over must be those that would be drawn.</summary>
public sealed class MatrixDrawingsTests
{
    private static readonly string[] Languages = ["en", "de", "ar", "zh"];
    private static readonly IReadOnlyList<IReadOnlyList<string>> Stages = [.. Languages.Select(l => (IReadOnlyList<string>)[l])];
    private static readonly MatrixChoice Choice = new(null, "emoji36", RetrievalDirection.TextToImage, 1);

    private static Score T2i(int stage, string language, double recall) =>
        new(stage, language, RetrievalDirection.TextToImage, 1, recall, 100, "emoji36");

    private static string Link(Score score) => $"/answers?stage={score.Stage}&language={score.Language}";

    private static string[] All(MatrixRows rows) => [.. Enumerable.Range(1, rows.Count).Select(r => rows[r].Value)];

    [Theory]
    [InlineData(MatrixFigure.Recall)]
    [InlineData(MatrixFigure.Loss)]
    public void Whatever_comes_in_whatever_order_the_rows_are_those_of_a_matrix_drawn_at_once(MatrixFigure figure)
    {
        var choice = Choice with { Figure = figure };
        var random = new Random(1);
        for (var round = 0; round < 50; round++)
        {
            var drawings = new MatrixDrawings();
            var scores = new List<Score>();
            foreach (var place in Enumerable.Range(0, 16).OrderBy(_ => random.Next()).Take(12))
            {
                // Now and then one is measured again.
                scores.RemoveAll(s => s.Stage == place / 4 + 1 && random.Next(4) == 0);
                scores.Add(T2i(place / 4 + 1, Languages[place % 4], random.NextDouble() * 40));
                Score[] now = [.. scores];
                var drawn = drawings.Draw(now, choice, Languages, Stages, PageText.English, Link);
                Assert.Equal(All(new MatrixRows(now, choice, Languages, Stages, PageText.English, Link)), All(drawn));
            }
        }
    }

    [Fact]
    public void A_new_stage_draws_its_row_and_takes_over_the_others()
    {
        var drawings = new MatrixDrawings();
        Score[] first = [T2i(1, "en", 30), T2i(2, "en", 25), T2i(2, "de", 20)];
        var before = drawings.Draw(first, Choice, Languages, Stages, PageText.English, Link);
        Assert.Same(before, drawings.Draw(first, Choice, Languages, [.. Stages], PageText.English, Link)); // another page
        var after = drawings.Draw([.. first, T2i(3, "en", 26)], Choice, Languages, Stages, PageText.English, Link);
        Assert.Same(before[1].Value, after[1].Value);
        Assert.Same(before[2].Value, after[2].Value);
        Assert.NotEqual(before[3].Value, after[3].Value);
    }

    [Fact]
    public void Another_choice_or_language_of_the_page_is_another_matrix()
    {
        var drawings = new MatrixDrawings();
        Score[] scores = [T2i(1, "en", 30), T2i(1, "en", 55) with { K = 5 }];
        var arabic = new PageText(new PageTextCatalog()) { Language = PageLanguage.Of("ar") };
        var english = drawings.Draw(scores, Choice, Languages, Stages, PageText.English, Link)[1].Value;
        Assert.Contains("30.0", english, StringComparison.Ordinal);
        Assert.Contains(
            "55.0",
            drawings.Draw(scores, Choice with { K = 5 }, Languages, Stages, PageText.English, Link)[1].Value,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "loss-0",
            drawings.Draw(scores, Choice with { Figure = MatrixFigure.Loss }, Languages, Stages, PageText.English, Link)[1].Value,
            StringComparison.Ordinal
        );
        Assert.NotEqual(english, drawings.Draw(scores, Choice, Languages, Stages, arabic, Link)[1].Value);
        Assert.DoesNotContain(
            "<a",
            drawings.Draw(scores, Choice, Languages, Stages, PageText.English, null)[1].Value,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Names_that_are_markup_stay_text()
    {
        const string hostile = "<img src=x onerror=alert(1)>\"'&";
        Score[] scores = [T2i(1, hostile, 30)];
        var row = new MatrixRows(
            scores,
            Choice,
            [hostile],
            [
                [hostile],
            ],
            PageText.English,
            s => "/answers?language=" + s.Language
        )[1].Value;
        Assert.DoesNotContain("<img", row, StringComparison.Ordinal);
        Assert.DoesNotContain("\"'&", row, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;&amp;", row, StringComparison.Ordinal);
    }
}
