using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using Microsoft.Extensions.Primitives;
using Xunit;
using static CllClip.Portal.Tests.Features.Leaderboard.BoardTestData;

namespace CllClip.Portal.Tests.Features.Leaderboard;

/// <summary>Runs that were evaluated on several data sets.</summary>
public class BoardTestSetsTests
{
    private static readonly string[] Four = ["en", "de", "ja", "hi"];

    [Fact]
    public void A_run_stands_once_on_each_data_set_with_the_scores_measured_there()
    {
        var own = Scores(Four, 1);
        var board = Build([.. own, .. On("xm3600", own, 3600, divisor: 2)]);
        Assert.Equal([("emoji36", "emoji36"), ("xm3600", "all-captions")], board.Groups.Select(g => (g.Dataset, g.Protocol)));
        var (here, there) = (board.Groups[0].Rows.Single(), board.Groups[1].Rows.Single());
        Assert.Equal(here.Ar.Mean!.Value / 2, there.Ar.Mean!.Value, 10);
        Assert.Equal(here.F.Mean!.Value / 2, there.F.Mean!.Value, 10);
        Assert.Equal(1, there.Rank);
        Assert.Single(Build([.. own, .. On("xm3600", own, 3600)], new BoardQuery { Dataset = "emoji36" }).Groups);
    }

    [Theory]
    [InlineData("xm3600", 3600)]
    [InlineData("coco", 5000)]
    [InlineData("mscoco36", 5000)]
    public void Over_the_paper_s_languages_it_is_ranked_among_the_published_rows(string dataset, int images)
    {
        var own = Scores(LanguageCatalog.PaperOrder, 1);
        var name = BoardNames.Canonical(dataset);
        var board = BoardBuilder.Build(
            new BoardQuery { Dataset = name },
            [Of(LanguageCatalog.PaperOrder, [.. own, .. On(dataset, own, images)]), .. PublishedResults.Instance.Entries]
        );
        var rows = board.Groups.Single().Rows;
        Assert.Equal(30, rows.Count);
        var mine = rows.Single(r => r.Entry.Source == BoardSource.Own);
        Assert.NotNull(mine.Rank);
        Assert.Equal(29, rows.Count(r => r.Entry.Source == BoardSource.Published && r.Rank is not null));
        Assert.Equal(rows.Count(r => r.Ar.Mean > mine.Ar.Mean) + 1, mine.Rank);
    }

    [Fact]
    public void On_fewer_images_than_the_published_rows_it_is_shown_and_not_ranked()
    {
        var own = Scores(LanguageCatalog.PaperOrder, 1);
        var entry = Of(LanguageCatalog.PaperOrder, [.. own, .. On("xm3600", own, 100)]);
        var board = BoardBuilder.Build(new BoardQuery { Dataset = "xm3600" }, [entry, .. PublishedResults.Instance.Entries]);
        var mine = board.Groups.Single().Rows.Single(r => r.Entry.Source == BoardSource.Own);
        Assert.Null(mine.Rank);
        Assert.Contains("100 images", mine.Incomparable?.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, board.Groups[0].Rows[0].Rank);
    }

    [Fact]
    public void Languages_that_a_test_set_lacks_are_no_columns_and_hide_no_mean()
    {
        var own = Scores(Four, 1);
        var further = On("photos", own.Where(s => s.Language is "en" or "hi"), 50);
        var group = Build([.. own, .. further], new BoardQuery { Dataset = "photos" }).Groups.Single();
        Assert.Equal(Four.Order(), group.Learned.Order());
        Assert.Equal(["en", "hi"], group.Languages.Order());
        var row = group.Rows.Single();
        Assert.Equal(1, row.Rank);
        Assert.Equal(
            further.Where(s => s is { Stage: 4, K: 1, Direction: RetrievalDirection.TextToImage }).Average(s => s.Recall),
            row.Ar.Mean!.Value,
            10
        );
        Assert.Contains("Means over 2 of 4 languages", group.Note, StringComparison.Ordinal);
        var chosen = Build([.. own, .. further], new BoardQuery { Dataset = "photos", Languages = ["en", "ja", "fi"] }).Groups.Single();
        Assert.Contains("Not learned here: fi. Not in this test set: ja.", chosen.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Published_models_on_Flickr30k_learned_all_languages_so_a_run_over_four_is_not_among_them()
    {
        string[] four = ["en", "de", "fr", "cs"];
        var own = Scores(four, 1);
        var all = Scores(LanguageCatalog.PaperOrder, 2);
        BoardEntry[] entries =
        [
            Of(four, [.. own, .. On("flickr30k", own, 1000)]),
            Of(LanguageCatalog.PaperOrder, [.. all, .. On("flickr30k", all.Where(s => four.Contains(s.Language)), 1000)]) with
            {
                Id = "all",
            },
            .. PublishedResults.Instance.Entries,
        ];
        var groups = BoardBuilder.Build(new BoardQuery { Dataset = "flickr30k" }, entries).Groups;
        Assert.Equal([36, 4], groups.Select(g => g.Learned.Count));
        Assert.Equal([7, 1], groups.Select(g => g.Rows.Count));
        Assert.All(groups, g => Assert.Equal(four.Order(), g.Languages.Order()));
        Assert.All(groups[0].Rows, r => Assert.NotNull(r.Rank));
    }

    [Fact]
    public void Runs_trained_on_other_data_or_measured_on_another_revision_are_rows_of_their_own()
    {
        var own = Scores(Four, 1);
        var further = On("photos", own, 50);
        BoardEntry Run(string id, string revision) =>
            Of(Four, [.. own, .. further]) with
            {
                Id = id,
                Settings = new Dictionary<string, string> { ["epochs"] = "6" },
                TestSetRevisions = new Dictionary<string, string> { ["photos"] = revision },
            };
        var board = BoardBuilder.Build(new BoardQuery(), [Run("a", "1"), Run("b", "2") with { Seed = 2 }, Run("c", "2") with { Seed = 3 }]);
        Assert.Equal([("emoji36", 1), ("photos", 2)], board.Groups.Select(g => (g.Dataset, g.Rows.Count)));
        Assert.Equal([1, 2], board.Groups[1].Rows.Select(r => r.Seeds.Count).Order());
        Assert.All(board.Groups[1].Rows, r => Assert.Contains("test set's revision", r.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public void Two_data_sets_published_under_one_name_are_not_mixed_in_one_run()
    {
        var own = Scores(Four, 1);
        var keys = StageScores.Build([.. own, .. On("coco", own, 5000), .. On("mscoco36", own, 5000, divisor: 2)], 4, "emoji36").Keys;
        Assert.Equal(["coco", "emoji36", "mscoco36"], keys.Select(k => k.Dataset).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_protocols_of_the_specification_can_be_asked_for_and_are_explained()
    {
        foreach (var protocol in new[] { "all-captions", "first-caption", "coco-1k" })
        {
            Assert.Contains(protocol, BoardNames.OwnProtocols);
            Assert.DoesNotContain("Evaluation protocol", BoardNames.Protocol(protocol, PageText.English), StringComparison.Ordinal);
            Assert.Contains(protocol, BoardNames.ProtocolsOf("xm3600", BoardNames.OwnProtocols));
            Assert.DoesNotContain(protocol, BoardNames.ProtocolsOf("emoji36", BoardNames.OwnProtocols));
        }
        Assert.Equal(["emoji36", "emoji36-all", "emoji36-seen"], BoardNames.ProtocolsOf("emoji36", BoardNames.OwnProtocols));
        var vocabulary = new BoardVocabulary(["emoji36", "coco"], BoardNames.OwnProtocols, []);
        var read = BoardLink.Read([new("dataset", new StringValues("mscoco36"))], vocabulary, out var errors);
        Assert.Empty(errors);
        Assert.Equal("coco", read.Dataset);
    }

    private static Board Build(IReadOnlyList<Score> scores, BoardQuery? query = null) =>
        BoardBuilder.Build(query ?? new BoardQuery(), [Of(Four, scores)]);

    private static BoardEntry Of(IReadOnlyList<string> languages, IEnumerable<Score> scores) => Entry("a", languages, scores);

    /// <summary>The scores as if measured on a further data set.</summary>
    private static List<Score> On(string dataset, IEnumerable<Score> scores, int images, double divisor = 1) =>
        [
            .. scores.Select(s =>
                s with
                {
                    Dataset = dataset,
                    Protocol = PublishedResults.Protocol,
                    N = images,
                    Recall = s.Recall / divisor,
                }
            ),
        ];
}
