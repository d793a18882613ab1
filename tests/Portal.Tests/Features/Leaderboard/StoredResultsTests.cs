using System.Text.Json;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Methods;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace CllClip.Portal.Tests.Features.Leaderboard;

/// <summary>The leaderboard over a real database, from the first score to the last state.</summary>
public sealed class StoredResultsTests : IDisposable
{
    private readonly Bench _bench = Bench.Ready();
    private readonly LeaderboardService _leaderboard;

    public StoredResultsTests() =>
        _leaderboard = new LeaderboardService(
            new StoredResults(_bench.Get<IDbContextFactory<PortalDbContext>>(), _bench.Get<PortalFolders>())
        );

    public void Dispose()
    {
        _leaderboard.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task A_continual_run_appears_with_its_first_task_and_is_ranked_when_it_is_completed()
    {
        _bench.Add("a");
        Assert.Empty(await RowsAsync());
        _bench.Store.Claim("cpu", "Started.");
        _bench.Store.AddScores("a", [Bench.Score(1, "en", recall: 40)]);
        Assert.Empty(await RowsAsync()); // the task is not finished: its scores may be incomplete
        Finish("a", 1, "en");
        var row = Assert.Single(await RowsAsync());
        Assert.Equal((null, 40.0, "running, 1 of 3 tasks done"), (row.Rank, row.Ar.Mean!.Value, row.Entry.Status?.ToString()));

        _bench.Store.AddScores("a", [Bench.Score(2, "en", recall: 30), Bench.Score(2, "de", recall: 50)]);
        Finish("a", 2, "de");
        _bench.Store.AddScores("a", [Bench.Score(3, "en", recall: 20), Bench.Score(3, "de", recall: 45), Bench.Score(3, "ja", recall: 60)]);
        Finish("a", 3, "ja");
        _bench.Store.Move("a", RunState.Completed, "All tasks are done.", run => run.EndedAt = _bench.Store.Now);
        row = Assert.Single(await RowsAsync());
        Assert.Equal((1, 125.0 / 3, 12.5, 20.0), (row.Rank!.Value, row.Ar.Mean!.Value, row.F.Mean!.Value, row.FEnglish.Mean!.Value));
    }

    [Fact]
    public async Task Zero_shot_joint_and_continual_runs_are_ranked_together()
    {
        Complete("zero", "zero-shot", 10);
        Complete("joint", "joint", 70);
        _bench.Add("a");
        for (var stage = 1; stage <= 3; stage++)
        {
            string[] languages = ["en", "de", "ja"];
            _bench.Store.AddScores("a", [.. languages.Take(stage).Select(l => Bench.Score(stage, l, recall: 60 - stage))]);
            Finish("a", stage, languages[stage - 1]);
        }
        End("a");
        var rows = await RowsAsync();
        Assert.Equal(["joint", "cll-clip", "zero-shot"], rows.Select(r => r.Entry.Method));
        Assert.Equal([1, 1, 3], rows.Select(r => r.Rank!.Value)); // of 24 queries, 70 % are not surely more than 57.3 %
        Assert.Equal([null, 1.5, null], rows.Select(r => r.F.Mean));

        var own = (await _leaderboard.AnswerAsync(new BoardQuery { Dataset = "toy", Moment = BoardMoment.OwnTask })).Groups.Single().Rows;
        Assert.Equal(["cll-clip"], own.Where(r => r.Rank is not null).Select(r => r.Entry.Method));
        Assert.Equal(58, own[0].Ar.Mean!.Value, 10);
    }

    [Fact]
    public async Task A_deleted_run_leaves_the_board()
    {
        Complete("zero", "zero-shot", 10);
        Assert.Single(await RowsAsync());
        _bench.Store.Delete("zero");
        Assert.Empty(await RowsAsync());
    }

    [Fact]
    public async Task An_own_variant_stands_in_a_row_of_its_own_and_is_named()
    {
        void Variant(string id, int seed, double recall, params (string Name, object Value)[] options) =>
            Complete(
                id,
                "cll-clip",
                recall,
                run =>
                {
                    (run.Teir, run.Seed) = (true, seed);
                    run.Options = new Dictionary<string, JsonElement>(run.Options);
                    foreach (var (name, value) in options)
                    {
                        ((Dictionary<string, JsonElement>)run.Options)[name] = JsonSerializer.SerializeToElement(value);
                    }
                }
            );
        Variant("before", 1, 20); // made when there was no such option
        Variant("plain", 2, 30, ("teirUpdate", false), ("teirExponent", 1.0));
        Variant("own", 1, 60, ("teirUpdate", true));
        var rows = await RowsAsync();
        Assert.Equal(["CLL-CLIP + TEIR", "CLL-CLIP + TEIR (TEIR-U, own variant)"], rows.Select(r => r.Name));
        Assert.Equal([1, 1], rows.Select(r => r.Rank)); // a ranking each
        Assert.Equal(25, rows[0].Ar.Mean!.Value, 10); // the first two are one configuration
        Assert.Equal([new MethodVariant(VariantKind.Own, "TEIR-U")], rows[1].Entry.Variants);
        Assert.Empty(rows[0].Entry.Variants);
        var board = await _leaderboard.AnswerAsync(new BoardQuery { Dataset = "toy" });
        var lines = BoardExport.Csv(board).Split('\n');
        Assert.Contains(",cll-clip,true,,own,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",cll-clip,true,own: TEIR-U,own,", lines[2], StringComparison.Ordinal);
        Assert.Equal([false, true], board.Groups.Select(g => g.OwnVariants));
        Assert.Contains("this project's own variants", BoardExport.Latex(board), StringComparison.Ordinal);
        Assert.Equal([0, 1], LeaderboardResponse.Of(board).Groups.SelectMany(g => g.Rows).Select(r => r.Variants.Count));
    }

    [Fact]
    public async Task A_run_that_stopped_on_its_way_is_left_out_until_it_is_asked_for_or_goes_on()
    {
        Complete("zero", "zero-shot", 10);
        _bench.Add("a");
        _bench.Store.Claim("cpu", "Started.");
        _bench.Store.AddScores("a", [Bench.Score(1, "en", recall: 40)]);
        Finish("a", 1, "en");
        Assert.Equal(2, (await RowsAsync()).Count); // running: it fills in live
        _bench.Store.Move("a", RunState.Stopping, "Asked to stop.");
        _bench.Store.Move("a", RunState.Stopped, "Stopped.", run => run.EndedAt = _bench.Store.Now);

        var board = await _leaderboard.AnswerAsync(new BoardQuery { Dataset = "toy" });
        Assert.Equal((1, "zero"), (board.LeftOut, Assert.Single(board.Groups.SelectMany(g => g.Rows)).Entry.Id));
        var all = await _leaderboard.AnswerAsync(new BoardQuery { Dataset = "toy", Stopped = true });
        Assert.Equal(0, all.LeftOut);
        var row = Assert.Single(all.Groups.SelectMany(g => g.Rows), r => r.Entry.Id == "a");
        Assert.Equal((null, "stopped after 1 of 3 tasks"), (row.Rank, row.Entry.Status?.ToString()));

        _bench.Store.Move("a", RunState.Queued, "Resumed.", run => run.EndedAt = null);
        Assert.Equal(2, (await RowsAsync()).Count);
    }

    [Fact]
    public async Task A_board_is_made_once_until_a_run_has_something_new()
    {
        Complete("zero", "zero-shot", 10);
        _bench.Add("a");
        _bench.Store.Claim("cpu", "Started.");
        var query = new BoardQuery { Dataset = "toy" };
        var first = await _leaderboard.AnswerAsync(query);
        _bench.Store.AddScores("a", [Bench.Score(1, "en", recall: 40)]); // of a task that is not done
        Assert.Same(first, await _leaderboard.AnswerAsync(query));
        Finish("a", 1, "en");
        var second = await _leaderboard.AnswerAsync(query);
        Assert.NotSame(first, second);
        Assert.Same(second, await _leaderboard.AnswerAsync(query with { }));
        Assert.NotSame(second, await _leaderboard.AnswerAsync(query with { K = 5 }));
    }

    private async Task<IReadOnlyList<BoardRow>> RowsAsync() =>
        [.. (await _leaderboard.AnswerAsync(new BoardQuery { Dataset = "toy" })).Groups.SelectMany(g => g.Rows)];

    private void Complete(string id, string method, double recall, Action<RunEntity>? change = null)
    {
        _bench.Add(
            id,
            change: run =>
            {
                run.Method = method;
                run.Teir = false;
                change?.Invoke(run);
            }
        );
        _bench.Store.AddScores(id, [.. new[] { "en", "de", "ja" }.Select(l => Bench.Score(1, l, recall: recall))]);
        Finish(id, 1, "en", "de", "ja");
        End(id);
    }

    private void End(string id)
    {
        _bench.Store.Claim("cpu", "Started.");
        _bench.Store.Move(id, RunState.Completed, "All tasks are done.", run => run.EndedAt = _bench.Store.Now);
    }

    private void Finish(string id, int stage, params string[] languages) =>
        _bench.Store.AddStage(
            id,
            new StageView
            {
                Stage = stage,
                Languages = languages,
                VocabularySize = 100,
                NewTokens = 0,
                RowsInUse = 100,
                TrainingPairs = 10,
                TrainSeconds = 1,
                EvaluationSeconds = 1,
                BestEpoch = 1,
                ValidationScore = 50,
                PeakMemoryBytes = 1,
            },
            _ => { }
        );
}
