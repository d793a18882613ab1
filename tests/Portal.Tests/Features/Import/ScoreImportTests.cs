using CllClip.Portal.Api;
using CllClip.Portal.Features.Import;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static CllClip.Portal.Tests.Features.Import.ImportBench;

namespace CllClip.Portal.Tests.Features.Import;

/// <summary>Scores from elsewhere over a real database: all of a file or nothing, every mistake with its line.</summary>
public sealed class ScoreImportTests : IDisposable
{
    private readonly Bench _bench = Bench.Ready();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_csv_file_becomes_a_completed_run_that_says_where_it_comes_from()
    {
        var result = await ImportAsync(
            Csv("en", "de", "ja"),
            Said with
            {
                Url = "https://example.org/paper",
                CodeVersion = "1.2",
                Details = new Dictionary<string, string> { ["gpu"] = "8" },
            }
        );
        Assert.Empty(result.Problems);
        var run = (await _bench.Queries.GetAsync(result.Run!.Id))!;
        Assert.Equal((RunState.Completed, "cll-clip", "emoji36", 1), (run.State, run.Method, run.Dataset, run.Seed));
        Assert.Equal(["en", "de", "ja"], run.Languages);
        Assert.Equal(
            ("Another laboratory", "https://example.org/paper", "1.2"),
            (run.Origin!.Source, run.Origin.Url, run.Origin.CodeVersion)
        );
        Assert.Equal("8", run.Origin.Details["gpu"]);
        Assert.Null(run.Provenance);
        Assert.Equal(36, (await _bench.Queries.ScoresAsync(run.Id)).Count);
        Assert.Equal((41 - 4 + 44 - 2 + 47) / 3.0, run.Summary.ArT2i!.Value, 10);
        Assert.Equal(3, run.Summary.ForgettingT2i!.Value, 10); // en lost 4, de lost 2
        Assert.Contains("not measured by this portal", Assert.Single(await _bench.Queries.LogAsync(run.Id)).Text, StringComparison.Ordinal);
        Assert.Contains("Another laboratory", Assert.Single(await _bench.Queries.HistoryAsync(run.Id)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_run_exports_and_imports_again_has_the_same_figures_on_the_leaderboard()
    {
        var random = new Random(7);
        string[] languages = ["en", "de", "ja"];
        _bench.Add("mine", change: run => (run.Dataset, run.TestSets) = ("emoji36", ["xm3600"]));
        _bench.Store.Claim("cpu", "Started.");
        for (var stage = 1; stage <= 3; stage++)
        {
            _bench.Store.AddScores("mine", [.. Stage(stage, languages, random)]);
            _bench.Store.AddStage("mine", SampleDesk.Stage(stage, [languages[stage - 1]]), _ => { });
        }
        _bench.Store.Move("mine", RunState.Completed, "Done.", run => run.EndedAt = _bench.Store.Now);
        var csv = ScoresCsv.Write(await _bench.Queries.ScoresAsync("mine"), "emoji36");

        var result = await _bench.Import().ImportAsync(csv, Said with { Teir = true, Dataset = "emoji36", Model = "emoji-base" }, Stop);
        Assert.Empty(result.Problems);
        Assert.Equal(["xm3600"], result.Run!.TestSets);
        using var leaderboard = new LeaderboardService(
            new StoredResults(_bench.Get<IDbContextFactory<PortalDbContext>>(), _bench.Get<PortalFolders>())
        );
        foreach (var query in Queries())
        {
            var rows = (await leaderboard.AnswerAsync(query))
                .Groups.SelectMany(g => g.Rows.Select(r => (Group: (g.Dataset, g.Protocol), Row: r)))
                .Where(r => r.Row.Entry.Source != BoardSource.Published)
                .ToLookup(r => r.Group, r => r.Row);
            Assert.Equal(2, rows.Count); // its own data set and the further one
            foreach (var ranking in rows)
            {
                var (mine, other) = (ranking.Single(r => r.Ids.Contains("mine")), ranking.Single(r => r.Ids.Contains(result.Run.Id)));
                Assert.Equal((BoardSource.Own, BoardSource.Imported), (mine.Entry.Source, other.Entry.Source));
                Assert.Equal((mine.Ar, mine.F, mine.FEnglish, mine.Rank), (other.Ar, other.F, other.FEnglish, other.Rank));
                Assert.Equal(mine.Cells, other.Cells);
                Assert.EndsWith("(imported from Another laboratory)", other.Name, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Imported_scores_of_another_test_set_size_are_shown_but_not_ranked()
    {
        _bench.Add("mine", change: run => run.Dataset = "emoji36");
        _bench.Store.Claim("cpu", "Started.");
        _bench.Store.AddScores("mine", [.. new[] { "en", "de", "ja" }.SelectMany(l => Both(1, l, 50))]);
        _bench.Store.Move("mine", RunState.Completed, "Done.", run => run.EndedAt = _bench.Store.Now);
        await ImportAsync(Csv("en", "de", "ja").Replace(",50,emoji36", ",51,emoji36", StringComparison.Ordinal));
        using var leaderboard = new LeaderboardService(
            new StoredResults(_bench.Get<IDbContextFactory<PortalDbContext>>(), _bench.Get<PortalFolders>())
        );
        var rows = (await leaderboard.AnswerAsync(new BoardQuery { Dataset = "emoji36" })).Groups.Single().Rows;
        Assert.Equal(1, rows.Single(r => r.Entry.Source == BoardSource.Own).Rank);
        var imported = rows.Single(r => r.Entry.Source == BoardSource.Imported);
        Assert.Null(imported.Rank);
        Assert.Contains("51 queries", imported.Incomparable?.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36", "1,xx,t2i,1,41,50,emoji36,emoji36", "line 2", "Unknown language 'xx'")]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36", "1,en,t2i,1,141,50,emoji36,emoji36", "line 2", "outside 0 to 100")]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36", "1,en,t2i,1,-1,50,emoji36,emoji36", "line 2", "outside 0 to 100")]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36", "1,en,t2i,1,NaN,50,emoji36,emoji36", "line 2", "no number")]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36", "1,en,t2i,1,\"4,1\",50,emoji36,emoji36", "line 2", "decimal point")]
    [InlineData("1,en,t2i,5,45,50,emoji36,emoji36", "1,en,t2i,2,45,50,emoji36,emoji36", "line 3", "K is 2")]
    [InlineData("1,en,t2i,5,45,50,emoji36,emoji36", "1,en,t2i,1,45,50,emoji36,emoji36", "line 3", "score of line 2 once more")]
    [InlineData("1,en,t2i,5,45,50,emoji36,emoji36", "1,en,t2i,5,40,50,emoji36,emoji36", "line 3", "less than Recall@1 in line 2")]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36", "1,en,up,1,41,50,emoji36,emoji36", "line 2", "no direction")]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36", "1,en,t2i,1,41,0,emoji36,emoji36", "line 2", "cannot be n")]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36", "1,en,t2i,1,41,50,,emoji36", "line 2", "no protocol")]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36", "1,en,t2i,1,41,50,all-captions,emoji36", "line 2", "does not belong")]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36", "1,de,t2i,1,41,50,emoji36,emoji36", "line 2", "learned in stage 2")]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36", "1,en,t2i,1,41,50", "line 2", "6 fields")]
    [InlineData("1,en,t2i,1,41,50,emoji36,emoji36\n", "", "scores", "Stage 1 is missing (emoji36, t2i, Recall@1)")]
    [InlineData("2,de,i2t,10,53,50,emoji36,emoji36\n", "", "scores", "Stage 2 has no score of de (emoji36, i2t, Recall@10)")]
    [InlineData("stage,language", "stage,tongue", "line 1", "There is no column 'tongue'")]
    [InlineData("recall,n,", "recall,", "line 1", "The column n is missing")]
    [InlineData("stage,language", "stage,stage", "line 1", "stands there twice")]
    public async Task A_wrong_row_is_named_with_its_line_and_nothing_is_stored(string good, string bad, string place, string words)
    {
        var csv = Csv("en", "de");
        Assert.Contains(good, csv, StringComparison.Ordinal);
        var at = csv.IndexOf(good, StringComparison.Ordinal);
        var result = await ImportAsync(csv[..at] + bad + csv[(at + good.Length)..], Said with { Languages = ["en", "de"] });
        Assert.Null(result.Run);
        Assert.True(
            result.Problems.Any(p =>
                p.Place == place && p.Text.Contains(words, StringComparison.Ordinal) && p.Text.Length > p.Message.Length
            ),
            string.Join('\n', result.Problems)
        );
        Assert.Equal(0, (await _bench.Queries.ListAsync(new())).Total);
    }

    [Fact]
    public async Task Every_wrong_row_is_named_not_only_the_first_and_the_list_is_bounded()
    {
        var lines = Csv("en", "de").Split('\n');
        (lines[3], lines[7]) = (lines[3].Replace("t2i", "up", StringComparison.Ordinal), "x" + lines[7]);
        var result = await ImportAsync(string.Join('\n', lines));
        Assert.Equal(["line 4", "line 8"], result.Problems.Select(p => p.Place));

        var wrong = Header + "\n" + string.Concat(Enumerable.Repeat("0,en,t2i,1,1,1,emoji36,emoji36\n", 250));
        result = await ImportAsync(wrong);
        Assert.Equal(ImportProblems.Most + 1, result.Problems.Count);
        Assert.Contains("150 more", result.Problems[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_looks_like_fractions_is_refused_until_the_unit_is_said()
    {
        string[] languages = ["en", "de"];
        var csv =
            Header
            + "\n"
            + string.Concat(
                Cells(languages)
                    .Select(c =>
                        FormattableString.Invariant($"{c.Stage},{c.Language},{c.Direction},{c.K},{c.Recall / 100},50,emoji36,emoji36\n")
                    )
            );
        Assert.Equal("unit", Assert.Single((await ImportAsync(csv)).Problems).Place);
        var fractions = await ImportAsync(csv, Said with { Unit = "fraction" });
        Assert.Equal(41, fractions.Scores[0].Recall, 10);
        var percent = await ImportAsync(csv, Said with { Unit = "percent", Seed = 2 });
        Assert.Equal(0.41, percent.Scores[0].Recall, 10);
        Assert.Contains(
            "no fraction",
            (await ImportAsync(Csv(languages), Said with { Unit = "fraction" })).Problems[0].Text,
            StringComparison.Ordinal
        );
        Assert.Equal("unit", Assert.Single((await ImportAsync(csv, Said with { Unit = "permille" })).Problems).Place);
    }

    [Fact]
    public async Task An_unknown_method_is_taken_only_when_it_is_said_to_be_another()
    {
        var refused = await ImportAsync(Csv("en", "de"), Said with { Method = "cll-clpi" });
        Assert.Contains("cll-clip", Assert.Single(refused.Problems).Text, StringComparison.Ordinal);
        var other = await ImportAsync(Csv("en", "de"), Said with { Method = "Our method v2", OtherMethod = true });
        Assert.Equal("Our method v2, en de", other.Run!.Name);
        using var leaderboard = new LeaderboardService(
            new StoredResults(_bench.Get<IDbContextFactory<PortalDbContext>>(), _bench.Get<PortalFolders>())
        );
        var board = await leaderboard.AnswerAsync(new BoardQuery { Method = "Our method v2" });
        Assert.Equal("Our method v2 (imported from Another laboratory)", Assert.Single(board.Groups.Single().Rows).Name);
    }

    [Fact]
    public async Task All_that_was_learned_at_once_is_one_stage()
    {
        var csv =
            Header
            + "\n"
            + string.Concat(
                from l in new[] { "en", "de", "ja" }
                from d in new[] { "t2i", "i2t" }
                select $"1,{l},{d},1,60,50,emoji36,emoji36\n"
            );
        var result = await ImportAsync(csv, Said with { Method = "joint" });
        Assert.Empty(result.Problems);
        Assert.Equal(60, result.Run!.Summary.ArT2i);
        Assert.Null(result.Run.Summary.ForgettingT2i);
    }

    [Fact]
    public async Task The_same_scores_are_not_imported_twice_but_another_seed_is()
    {
        var first = await ImportAsync(Csv("en", "de"));
        var again = await ImportAsync(Csv("en", "de"), Said with { Name = "Another name" });
        Assert.Contains(first.Run!.Id, Assert.Single(again.Problems).Text, StringComparison.Ordinal);
        Assert.Empty((await ImportAsync(Csv("en", "de"), Said with { Seed = 2 })).Problems);
        Assert.Equal(ActionOutcome.Done, _bench.Store.Delete(first.Run.Id).Outcome);
        Assert.Empty((await ImportAsync(Csv("en", "de"))).Problems);
    }

    [Fact]
    public async Task Json_says_everything_itself_and_names_the_line_of_a_wrong_score()
    {
        static string Json(string recall) =>
            $$"""
                {
                  "method": "er", "teir": true, "dataset": "emoji36", "languages": ["en", "de"], "seed": 3, "epochs": 2,
                  "provenance": {"source": "A paper", "url": "https://example.org", "codeVersion": "abc", "gpus": 2},
                  "scores": [
                    {"stage": 1, "language": "en", "direction": "t2i", "k": 1, "recall": 41.5, "n": 50, "protocol": "emoji36"},
                    {"stage": 2, "language": "en", "direction": "t2i", "k": 1,
                      "recall": 30.25, "n": 50, "protocol": "emoji36", "dataset": null},
                    {"stage": 2, "language": "de", "direction": "t2i", "k": 1, "recall": {{recall}}, "n": 50, "protocol": "emoji36"}
                  ]
                }
                """;
        var wrong = await ImportAsync(Json("\"35\""), new ImportSettings());
        Assert.Equal(("line 8", "recall"), (Assert.Single(wrong.Problems).Place, wrong.Problems[0].Field));
        var right = await ImportAsync(Json("35"), new ImportSettings());
        Assert.Empty(right.Problems);
        Assert.Equal(
            ("er", true, 3, 2, "A paper", "2"),
            (
                right.Run!.Method,
                right.Run.Teir,
                right.Run.Seed,
                right.Run.Epochs,
                right.Run.Origin!.Source,
                right.Run.Origin.Details["gpus"]
            )
        );
        Assert.Equal([41.5, 30.25, 35], right.Scores.Select(s => s.Recall));
        Assert.Contains("both directions", Assert.Single(right.Notes).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "file")]
    [InlineData("[]", "file")]
    [InlineData("{", "line 1")]
    [InlineData("{\"colour\": 1, \"scores\": [1]}", "colour")]
    [InlineData("{\"scores\": []}", "scores")]
    [InlineData("{\"method\": \"er\"}", "scores")]
    [InlineData("{\"scores\": [{\"stage\": \"1\"}]}", "line 1")]
    [InlineData("{\"scores\": [{}], \"scores\": [{}]}", "scores")]
    [InlineData("{\"name\": \"\\ud800\", \"scores\": [{}]}", "line 1")]
    public async Task A_file_that_is_no_table_of_scores_is_refused_in_words(string text, string place)
    {
        var result = await ImportAsync(text, Said);
        Assert.Contains(result.Problems, p => p.Place == place);
        Assert.Null(result.Run);
    }

    [Fact]
    public async Task Text_that_is_not_utf8_is_refused()
    {
        var result = await _bench.Import().ImportAsync(new byte[] { (byte)'s', 0xff, 0xfe }, Said, Stop);
        Assert.Contains("UTF-8", Assert.Single(result.Problems, p => p.Field == "file").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_scores_come_from_must_be_said()
    {
        var result = await ImportAsync(Csv("en", "de"), new ImportSettings { Method = "er", Url = "javascript:alert(1)" });
        Assert.Equal(["source", "url"], result.Problems.Select(p => p.Field).Order(StringComparer.Ordinal));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private Task<ImportResult> ImportAsync(string text, ImportSettings? said = null) =>
        _bench.Import().ImportAsync(Bytes(text), said ?? Said, Stop);

    private static IEnumerable<BoardQuery> Queries() =>
        from direction in Enum.GetValues<RetrievalDirection>()
        from k in new[] { 1, 5, 10 }
        from moment in Enum.GetValues<BoardMoment>()
        select new BoardQuery
        {
            Direction = direction,
            K = k,
            Moment = moment,
            Source = null,
            Text = "CLL-CLIP",
        };

    private static IEnumerable<Score> Both(int stage, string language, double recall) =>
        Enum.GetValues<RetrievalDirection>().Select(d => new Score(stage, language, d, 1, recall, 50, "emoji36"));

    /// <summary>Scores as a run stores them: three cut-offs, both directions, its own data set and one more that lacks Japanese.</summary>
    private static IEnumerable<Score> Stage(int stage, string[] languages, Random random)
    {
        foreach (var language in languages.Take(stage))
        {
            foreach (var direction in Enum.GetValues<RetrievalDirection>())
            {
                var recall = random.NextDouble() * 30;
                foreach (var k in new[] { 1, 5, 10 })
                {
                    recall += random.NextDouble() * 20;
                    yield return new Score(stage, language, direction, k, recall, 50, "emoji36");
                    if (language != "ja")
                    {
                        yield return new Score(stage, language, direction, k, recall / 3, 3600, "all-captions") { Dataset = "xm3600" };
                    }
                }
            }
        }
    }
}
