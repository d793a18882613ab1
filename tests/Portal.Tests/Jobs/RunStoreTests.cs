using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

public sealed class RunStoreTests
{
    [Fact]
    public void Runs_are_claimed_in_the_order_in_which_they_were_asked_for_lane_by_lane()
    {
        using var bench = Bench.Ready();
        bench.Add("b");
        bench.Add("gpu", lane: "cuda:0");
        bench.Add("a");
        bench.Add("stopped", RunState.Stopped);
        Assert.Equal("b", bench.Store.Claim("cpu", "go")!.Id);
        Assert.Equal("a", bench.Store.Claim("cpu", "go")!.Id);
        Assert.Null(bench.Store.Claim("cpu", "go"));
        Assert.Equal("gpu", bench.Store.Claim("cuda:0", "go")!.Id);
    }

    [Fact]
    public async Task Two_workers_never_claim_the_same_run()
    {
        using var bench = Bench.Ready();
        for (var i = 0; i < 40; i++)
        {
            bench.Add($"r{i}");
        }
        var claims = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        var mine = new List<string>();
                        while (bench.Store.Claim("cpu", "go") is { } run)
                        {
                            mine.Add(run.Id);
                        }
                        return mine;
                    })
                )
        );
        Assert.Equal(40, claims.Sum(c => c.Count));
        Assert.Equal(40, claims.SelectMany(c => c).Distinct().Count());
    }

    [Fact]
    public async Task Scores_stored_twice_are_there_once_and_in_order_without_gaps()
    {
        using var bench = Bench.Ready();
        bench.Add("a");
        bench.Store.AddScores("a", [Bench.Score(1), Bench.Score(1, k: 5)]);
        var replaced = bench.Store.AddScores("a", [Bench.Score(1), Bench.Score(1, k: 5), Bench.Score(1, k: 10), Bench.Score(2)]);
        Assert.Equal(0, replaced);
        await using var db = bench.Open();
        Assert.Equal([1, 2, 3, 4], await db.Scores.OrderBy(s => s.Sequence).Select(s => s.Sequence).ToListAsync());
        Assert.Equal(2, (await bench.Queries.ScoresAsync("a", 2)).Count);
        Assert.Equal(Bench.Score(2), (await bench.Queries.ScoresAsync("a", 3)).Single());
    }

    [Fact]
    public async Task A_score_measured_anew_with_another_value_replaces_the_old_one_in_its_place()
    {
        using var bench = Bench.Ready();
        bench.Add("a");
        bench.Store.AddScores("a", [Bench.Score(1, recall: 10), Bench.Score(1, k: 5)]);
        Assert.Equal(1, bench.Store.AddScores("a", [Bench.Score(1, recall: 11)]));
        Assert.Equal([11, 50], (await bench.Queries.ScoresAsync("a")).Select(s => s.Recall));
    }

    [Fact]
    public async Task A_run_is_read_back_as_it_was_stored()
    {
        using var bench = Bench.Ready();
        bench.Add("a", change: r => r.Tags = ["größe", "日本"]);
        var progress = new RunProgress(1, 3, "en", "training", 1, 2, 3, 4, 0.1, null, 12.5);
        var provenance = new Provenance
        {
            CodeVersion = "1",
            DataRevision = "2",
            BaseModelHash = "3",
            Device = "cpu",
            Machine = "here",
            Libraries = new Dictionary<string, string> { ["a"] = "b" },
        };
        bench.Store.Update(
            "a",
            r =>
            {
                (r.Progress, r.Provenance, r.DurationSeconds) = (progress, provenance, 3.5);
                r.Summary = new ContinualSummary { ArT2i = 12.25, ForgettingEnglishT2i = -1 };
            }
        );
        var view = (await bench.Queries.GetAsync("a"))!;
        Assert.Equal(progress, view.Progress);
        Assert.Equal(3.5, view.Provenance!.DurationSeconds);
        Assert.Equal("b", view.Provenance.Libraries["a"]);
        Assert.Equal(new ContinualSummary { ArT2i = 12.25, ForgettingEnglishT2i = -1 }, view.Summary);
        Assert.Equal(["en", "de", "ja"], view.Languages);
        Assert.Equal(8, view.Options["batchSize"].GetInt32());
        Assert.Equal(DateTimeKind.Utc, view.CreatedAt.Kind);
        Assert.Single((await bench.Queries.ListAsync(new RunFilter { Search = "日本" })).Items);
    }

    [Fact]
    public async Task Runs_are_filtered_sorted_and_paged()
    {
        using var bench = Bench.Ready();
        foreach (var (id, ar) in new[] { ("a", 3.0), ("b", 1.0), ("c", 2.0) })
        {
            bench.Add(id, RunState.Completed, change: r => r.Summary = new ContinualSummary { ArT2i = ar });
        }
        bench.Add("other_1", change: r => r.Method = "joint");
        async Task<string> Ids(RunFilter filter) => string.Join(' ', (await bench.Queries.ListAsync(filter)).Items.Select(r => r.Id));
        Assert.Equal("other_1 c b a", await Ids(new RunFilter()));
        Assert.Equal("a c b", await Ids(new RunFilter { Sort = "ar", State = RunState.Completed }));
        Assert.Equal(
            "b c a",
            await Ids(
                new RunFilter
                {
                    Sort = "ar",
                    Descending = false,
                    Method = "cll-clip",
                }
            )
        );
        Assert.Equal("other_1", await Ids(new RunFilter { Search = "OTHER_" }));
        Assert.Equal("", await Ids(new RunFilter { Search = "o%1" }));
        var page = await bench.Queries.ListAsync(new RunFilter { Skip = 1, Take = 2 });
        Assert.Equal((4, 2), (page.Total, page.Items.Count));
        foreach (var sort in new[] { "created", "started", "name", "method", "state", "f", "duration", "nonsense" })
        {
            Assert.Equal(4, (await bench.Queries.ListAsync(new RunFilter { Sort = sort })).Items.Count);
        }
    }

    [Fact]
    public void Deleting_a_run_takes_all_that_belongs_to_it_but_not_while_it_is_worked_on()
    {
        using var bench = Bench.Ready();
        bench.Add("a", RunState.Running);
        bench.Store.AddScores("a", [Bench.Score(1)]);
        bench.Store.Log("a", "info", "line");
        Assert.Equal(ActionOutcome.Conflict, bench.Store.Delete("a").Outcome);
        bench.Store.Move("a", RunState.Failed, "broken");
        Assert.Equal(ActionOutcome.Done, bench.Store.Delete("a").Outcome);
        using var db = bench.Open();
        Assert.Equal((0, 0, 0), (db.Runs.Count(), db.Scores.Count(), db.LogLines.Count() + db.StateChanges.Count()));
        Assert.Equal(ActionOutcome.NotFound, bench.Store.Delete("a").Outcome);
    }
}
