using CllClip.Engine.Evaluation.Statistics;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Shared.Results;
using Xunit;
using static CllClip.Portal.Tests.Features.Leaderboard.BoardTestData;

namespace CllClip.Portal.Tests.Features.Leaderboard;

public class BoardRanksTests
{
    private static readonly string[] Two = ["en", "de"];

    private static BoardEntry Run(string id, double recall, int queries = 1000, int seed = 1, string? configuration = null) =>
        Entry(
            id,
            Two,
            [
                new(1, "en", RetrievalDirection.TextToImage, 1, recall, queries, Protocol),
                new(2, "en", RetrievalDirection.TextToImage, 1, recall, queries, Protocol),
                new(2, "de", RetrievalDirection.TextToImage, 1, recall, queries, Protocol),
            ],
            seed,
            configuration ?? id
        );

    private static Dictionary<string, int?> Places(IEnumerable<BoardEntry> entries, IKeptAnswers? answers = null) =>
        BoardBuilder.Build(new BoardQuery(), entries, answers).Groups.Single().Rows.ToDictionary(r => r.Entry.Id, r => r.Rank);

    [Fact]
    public void A_difference_within_chance_is_a_tie()
    {
        var places = Places([Run("a", 51), Run("b", 50), Run("c", 20)]);
        Assert.Equal((1, 1, 3), (places["a"], places["b"], places["c"]));
    }

    [Fact]
    public void A_chain_has_its_places_without_contradiction()
    {
        // a ~ b and b ~ c, and yet a > c: c has one row above it that is surely better
        var places = Places([Run("c", 46), Run("a", 51), Run("b", 48.5)]);
        Assert.Equal((1, 1, 2), (places["a"], places["b"], places["c"]));
    }

    [Fact]
    public void The_test_is_the_two_proportion_test_with_languages_as_strata()
    {
        var rows = BoardBuilder.Build(new BoardQuery(), [Run("a", 52), Run("b", 48)]).Groups.Single().Rows;
        // of one share in both languages that is the test over their sum of queries
        var z = 0.04 / Math.Sqrt(0.5 * 0.5 * (2.0 / 2000));
        Assert.Equal(NormalDistribution.TwoSided(z), RecallError.P(rows[0].Error!, rows[1].Error!, 4), 12);
        var error = 100 * Math.Sqrt(0.52 * 0.48 / 2000);
        Assert.Equal(52 - (NormalDistribution.Z95 * error), rows[0].Ar.Interval!.Value.Low, 10);
        Assert.Equal(ErrorBasis.Languages, rows[0].Error!.Basis);
        Assert.Equal(Interval.OfRecall(52, 1000), rows[0].Cells["de"].Interval);
    }

    [Fact]
    public void Many_pairs_need_more_for_a_difference()
    {
        // a and b alone differ at 5 %; among ten rows of 45 pairs Holm asks for more
        BoardEntry[] pair = [Run("a", 53.5), Run("b", 50)];
        Assert.Equal(2, Places(pair)["b"]);
        Assert.Equal(1, Places([.. pair, .. Enumerable.Range(0, 8).Select(i => Run($"x{i}", 50))])["b"]);
    }

    [Fact]
    public void Without_a_number_of_queries_rows_are_placed_by_value()
    {
        var places = Places([Run("a", 50.2, 0), Run("b", 50.1, 0), Run("c", 50.1, 0), Run("d", 50, 1000)]);
        Assert.Equal((1, 2, 2, 4), (places["a"], places["b"], places["c"], places["d"]));
        Assert.All(
            BoardBuilder.Build(new BoardQuery { Dataset = "xm3600" }, PublishedResults.Instance.Entries).Groups.Single().Rows,
            r => Assert.Null(r.Error)
        );
    }

    [Fact]
    public void The_deviation_over_seeds_counts()
    {
        BoardEntry[] steady = [Run("a1", 60), Run("b1", 50), Run("b2", 50, seed: 2, configuration: "b1")];
        BoardEntry[] shaky = [Run("a1", 60), Run("b1", 35), Run("b2", 65, seed: 2, configuration: "b1")];
        Assert.Equal(2, Places(steady)["b2"]);
        Assert.Equal(1, Places(shaky)["b2"]);
    }

    [Fact]
    public void Answers_to_the_same_queries_find_what_sums_cannot()
    {
        // b answers what a answers, and 12 queries more of 1000
        var answers = new MadeUp(1000) { ["a"] = 500, ["b"] = 512 };
        BoardEntry[] entries = [Run("a", 50), Run("b", 51.2)];
        Assert.Equal((1, 1), (Places(entries)["a"], Places(entries)["b"]));
        Assert.Equal((2, 1), (Places(entries, answers)["a"], Places(entries, answers)["b"]));
        var row = BoardBuilder.Build(new BoardQuery(), entries, answers).Groups.Single().Rows[0];
        Assert.Equal(ErrorBasis.Answers, row.Error!.Basis);
        // both languages' answers to a query are the same here, so that there are 1000 units and not 2000
        Assert.Equal(51.2 + (NormalDistribution.Z95 * 100 * Math.Sqrt(0.512 * 0.488 / 999)), row.Ar.Interval!.Value.High, 6);
    }

    [Fact]
    public void Answers_to_other_queries_are_not_paired()
    {
        var answers = new MadeUp(900) { ["a"] = 450, ["b"] = 462 }; // not as many as the scores are of
        var row = BoardBuilder.Build(new BoardQuery(), [Run("a", 50), Run("b", 51.2)], answers).Groups.Single().Rows[0];
        Assert.Equal(ErrorBasis.Languages, row.Error!.Basis);
    }

    [Fact]
    public void The_order_of_rows_does_not_matter()
    {
        var random = new Random(4);
        var entries = Enumerable.Range(0, 12).Select(i => Run($"r{i}", random.Next(40, 60), i % 4 == 0 ? 0 : 500)).ToList();
        var places = Places(entries);
        for (var trial = 0; trial < 5; trial++)
        {
            Assert.Equal(places.OrderBy(p => p.Key), Places(entries.OrderBy(_ => random.Next())).OrderBy(p => p.Key));
        }
        Assert.Contains(1, places.Values.OfType<int>());
    }

    /// <summary>Entries that answer the first so many queries, in every language.</summary>
    private sealed class MadeUp(int queries) : Dictionary<string, int>, IKeptAnswers
    {
        public double[] Read(BoardEntry entry, ScoreKey key, BoardMoment moment, IReadOnlyList<string> languages) =>
            [.. Enumerable.Range(0, queries).Select(i => i < this[entry.Id] ? 100.0 : 0)];
    }
}
