using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>Finding runs among many, in the database.</summary>
public sealed class RunFilterTests
{
    private static async Task<string> FindAsync(Bench bench, RunFilter filter) =>
        string.Join(' ', (await bench.Queries.ListAsync(filter with { Descending = false })).Items.Select(r => r.Id));

    [Fact]
    public async Task Tags_are_matched_whole_all_or_any_and_words_also_in_notes_and_sweeps()
    {
        using var bench = Bench.Ready();
        bench.Add("a", change: r => r.Tags = ["night", "50 %", "it's \"good\""]);
        bench.Add("b", change: r => (r.Tags, r.Notes) = (["nightly", "Night"], "Better with a WARM start"));
        bench.Add("c", change: r => (r.Tags, r.SweepId, r.SweepName) = (["night", "lab"], "s1", "Rates of learning"));
        Assert.Equal("a c", await FindAsync(bench, new RunFilter { Tags = ["night"] }));
        Assert.Equal("c", await FindAsync(bench, new RunFilter { Tags = ["night", "lab"] }));
        Assert.Equal("a b c", await FindAsync(bench, new RunFilter { Tags = ["night", "nightly"], AnyTag = true }));
        Assert.Equal("a", await FindAsync(bench, new RunFilter { Tags = ["it's \"good\"", "50 %"] }));
        Assert.Equal("", await FindAsync(bench, new RunFilter { Tags = ["%"] }));
        Assert.Equal("b", await FindAsync(bench, new RunFilter { Search = "warm start" }));
        Assert.Equal("c", await FindAsync(bench, new RunFilter { Search = "rates" }));
        Assert.Equal("c", await FindAsync(bench, new RunFilter { Sweep = "s1" }));
        Assert.Equal(
            ["a", "c"],
            await bench.Queries.IdsAsync(
                new RunFilter
                {
                    Tags = ["night"],
                    Descending = false,
                    Take = 1,
                }
            )
        );
        Assert.Equal([new TagCount("night", 2), new TagCount("50 %", 1)], bench.Store.Tags().Take(2));
    }

    [Fact]
    public async Task Words_are_found_in_data_sets_base_models_and_errors_and_all_of_these_filter()
    {
        using var bench = Bench.Ready();
        bench.Add("a", RunState.Failed, change: r => r.Error = "No space left on the device.");
        bench.Add("b", change: r => (r.Dataset, r.Teir) = ("coco", false));
        bench.Add("c", change: r => (r.Model, r.TestSets) = ("vit_large", ["flickr30k"]));
        Assert.Equal("a", await FindAsync(bench, new RunFilter { Search = "SPACE device" }));
        Assert.Equal("b", await FindAsync(bench, new RunFilter { Search = "coco" }));
        Assert.Equal("b", await FindAsync(bench, new RunFilter { Search = "mscoco" })); // its name
        Assert.Equal("c", await FindAsync(bench, new RunFilter { Search = "vit_l" }));
        Assert.Equal("", await FindAsync(bench, new RunFilter { Search = "vit%l" }));
        Assert.Equal("c", await FindAsync(bench, new RunFilter { Search = "flickr" }));
        Assert.Equal("b", await FindAsync(bench, new RunFilter { Dataset = "coco" }));
        Assert.Equal("a b", await FindAsync(bench, new RunFilter { Model = "emoji-base" }));
        Assert.Equal("b", await FindAsync(bench, new RunFilter { Teir = false }));
        Assert.Equal("a c", await FindAsync(bench, new RunFilter { Teir = true }));
        Assert.Equal("b c a", await FindAsync(bench, new RunFilter { Sort = "dataset" })); // coco before toy, and then the newest first
        var sources = await bench.Queries.SourcesAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["coco", "toy"], sources.Datasets);
        Assert.Equal(["emoji-base", "vit_large"], sources.Models);
    }

    [Fact]
    public async Task Sweeps_count_as_one_entry_where_their_mean_would_stand_and_their_runs_stay_together()
    {
        using var bench = Bench.Ready();
        void Put(string id, double ar, string? sweep = null) =>
            bench.Add(id, RunState.Completed, change: r => (r.Summary, r.SweepId, r.SweepName) = (new() { ArT2i = ar }, sweep, sweep));
        Put("s1", 10, "s");
        Put("low", 15);
        Put("s2", 30, "s"); // mean 20
        Put("high", 25);
        Put("t1", 1, "t");
        var filter = new RunFilter { Grouped = true, Sort = "ar" };
        var all = await bench.Queries.ListAsync(filter);
        Assert.Equal(["high", "s2", "s1", "low", "t1"], all.Items.Select(r => r.Id));
        Assert.Equal(4, all.Total);
        var page = await bench.Queries.ListAsync(filter with { Skip = 1, Take = 2 });
        Assert.Equal(["s2", "s1", "low"], page.Items.Select(r => r.Id));
        Assert.Equal(
            ["t1", "high", "s2", "s1", "low"],
            (await bench.Queries.ListAsync(filter with { Sort = "created" })).Items.Select(r => r.Id)
        );
    }

    [Theory]
    [InlineData("created")]
    [InlineData("started")]
    [InlineData("name")]
    [InlineData("method")]
    [InlineData("dataset")]
    [InlineData("state")]
    [InlineData("ar")]
    [InlineData("f")]
    [InlineData("duration")]
    public async Task Every_order_works_both_ways_grouped_or_not(string sort)
    {
        using var bench = Bench.Ready();
        bench.Add("a", change: r => r.SweepId = "s");
        bench.Add("b", RunState.Stopped, change: r => r.SweepId = "s");
        bench.Add("c", RunState.Failed);
        foreach (var down in new[] { true, false })
        {
            var filter = new RunFilter { Sort = sort, Descending = down };
            Assert.Equal(3, (await bench.Queries.ListAsync(filter)).Items.Count);
            Assert.Equal(
                (3, 2),
                (
                    (await bench.Queries.ListAsync(filter with { Grouped = true })).Items.Count,
                    (await bench.Queries.ListAsync(filter with { Grouped = true })).Total
                )
            );
        }
    }

    [Fact]
    public void Many_runs_are_tagged_and_a_tag_is_renamed_at_once()
    {
        using var bench = Bench.Ready();
        bench.Add("a", change: r => r.Tags = ["old", "x"]);
        bench.Add("b", change: r => r.Tags = ["new", "old"]);
        bench.Add("full", change: r => r.Tags = [.. Enumerable.Range(1, 20).Select(i => $"t{i}")]);
        bench.Add("shipped", RunState.Completed, change: r => (r.Shipped, r.Tags) = (true, ["old"]));
        var (changed, refused) = bench.Store.Tag(["a", "b", "full", "shipped", "gone"], ["lab"], ["x"]);
        Assert.Equal(2, changed);
        Assert.Equal(2, refused.Count);
        Assert.Contains(refused, r => r.Contains("At most 20 tags", StringComparison.Ordinal));
        Assert.Contains(refused, r => r.Contains("came with the portal", StringComparison.Ordinal));
        Assert.Equal(2, bench.Store.RenameTag("old", "new").Changed);
        using var db = bench.Open();
        Assert.Equal(["lab", "new"], db.Runs.Find("a")!.Tags.Order());
        Assert.Equal(["new", "lab"], db.Runs.Find("b")!.Tags);
        Assert.Equal(["old"], db.Runs.Find("shipped")!.Tags);
    }

    [Fact]
    public void Name_tags_and_notes_are_edited_each_by_itself()
    {
        using var bench = Bench.Ready();
        bench.Add("a", RunState.Running, change: r => r.Tags = ["x"]);
        Assert.Equal(ActionOutcome.Done, bench.Store.Edit("a", new RunEdit { Notes = " two\nlines " }).Outcome);
        Assert.Equal(ActionOutcome.Done, bench.Store.Edit("a", new RunEdit { Name = " new ", Tags = ["y", "y"] }).Outcome);
        using (var db = bench.Open())
        {
            var run = db.Runs.Find("a")!;
            Assert.Equal(("new", "two\nlines", RunState.Running), (run.Name, run.Notes, run.State));
            Assert.Equal(["y"], run.Tags);
        }
        bench.Store.Edit("a", new RunEdit { Notes = "" });
        using var after = bench.Open();
        Assert.Null(after.Runs.Find("a")!.Notes);
        Assert.Equal(
            ["name", "notes", "tags"],
            new RunEdit
            {
                Name = " ",
                Tags = [""],
                Notes = "\u0001",
            }
                .Check()
                .Keys.Order()
        );
        Assert.Equal(ActionOutcome.NotFound, bench.Store.Edit("gone", new RunEdit { Name = "x" }).Outcome);
    }

    [Fact]
    public async Task A_page_of_five_thousand_runs_reads_that_page_alone()
    {
        using var bench = Bench.Ready();
        List<RunEntity> runs = [];
        bench.Add("template");
        await using (var db = bench.Open())
        {
            var template = await db.Runs.AsNoTracking().SingleAsync(TestContext.Current.CancellationToken);
            for (var i = 0; i < 5000; i++)
            {
                runs.Add(
                    new RunEntity
                    {
                        Id = $"m{i:0000}",
                        Name = $"Run {i}",
                        State = i % 3 == 0 ? RunState.Failed : RunState.Completed,
                        Method = template.Method,
                        Dataset = template.Dataset,
                        Model = template.Model,
                        Languages = template.Languages,
                        Options = template.Options,
                        Device = "cpu",
                        Lane = "cpu",
                        Tags = i % 50 == 0 ? ["rare"] : ["common"],
                        SweepId = i % 2 == 0 ? $"s{i / 20}" : null,
                        CreatedAt = template.CreatedAt,
                        Number = i + 2,
                        QueuePosition = i + 2,
                        Summary = new() { ArT2i = i % 97 },
                    }
                );
            }
            db.Runs.AddRange(runs);
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var filter = new RunFilter
        {
            Search = "run",
            Tags = ["common"],
            State = RunState.Completed,
            Sort = "ar",
            Take = 25,
        };
        var oracle = runs.Where(r => r.State == RunState.Completed && r.Tags[0] == "common").ToList();
        var page = await bench.Queries.ListAsync(filter);
        Assert.Equal(oracle.Count, page.Total);
        Assert.Equal(
            oracle.OrderByDescending(r => r.Summary.ArT2i).ThenByDescending(r => r.Number).Take(25).Select(r => r.Id),
            page.Items.Select(r => r.Id)
        );
        var grouped = await bench.Queries.ListAsync(filter with { Grouped = true });
        Assert.Equal(oracle.Select(r => r.SweepId ?? r.Id).Distinct().Count(), grouped.Total);
        Assert.Equal(
            oracle
                .GroupBy(r => r.SweepId ?? r.Id)
                .OrderByDescending(g => g.Average(r => r.Summary.ArT2i))
                .ThenByDescending(g => g.Max(r => r.Number))
                .Take(25)
                .Select(g => g.Key),
            grouped.Items.Select(r => r.SweepId ?? r.Id).Distinct()
        );
        await using var plan = bench.Open();
        var next = plan
            .Runs.Where(r => r.State == RunState.Queued && r.Lane == "cpu")
            .OrderBy(r => r.QueuePosition)
            .Select(r => r.Id)
            .ToQueryString();
        Assert.Contains("IX_Runs_State_Lane_QueuePosition", Explain(plan, next), StringComparison.Ordinal);
        Assert.Contains(
            "IX_Runs_SweepId",
            Explain(plan, plan.Runs.Where(r => r.SweepId == "s1").ToQueryString()),
            StringComparison.Ordinal
        );
    }

    private static string Explain(PortalDbContext db, string sql)
    {
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText =
            "EXPLAIN QUERY PLAN " + string.Join('\n', sql.Split('\n').Where(l => !l.StartsWith(".param", StringComparison.Ordinal)));
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read())
        {
            lines.Add(reader.GetString(3));
        }
        return string.Join('\n', lines);
    }
}
