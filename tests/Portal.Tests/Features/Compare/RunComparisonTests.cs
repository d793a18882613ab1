using System.Text.Json;
using CllClip.Portal.Features.Compare;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;
using Xunit;

namespace CllClip.Portal.Tests.Features.Compare;

public sealed class RunComparisonTests : IDisposable
{
    private readonly CompareBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Runs_are_compared_query_by_query_after_their_last_stages()
    {
        _bench.Add("a", [("en", 20), ("de", 10)]);
        _bench.Add("b", [("en", 20), ("de", 30)]);
        var comparison = await _bench.CompareAsync("a", "b");
        Assert.Equal(("toy", "toy", 1), (comparison.Dataset, comparison.Protocol, comparison.K));
        Assert.Equal(["en", "de"], comparison.Languages);
        Assert.Empty(comparison.Notes);
        var (a, b) = (comparison.Runs[0], comparison.Runs[1]);
        Assert.Equal((37.5, 62.5), (a.Ar!.Value, b.Ar!.Value));
        Assert.Equal([50, 37.5], a.ArByStage);
        Assert.Empty(a.Differences);

        var german = b.Differences["de"];
        Assert.Equal((40, 0, 20, 50.0), (german.Queries, german.OnlyFirst, german.OnlySecond, german.Difference));
        Assert.InRange(german.Low, 30, 40);
        Assert.InRange(german.High, 60, 70);
        Assert.Equal(2 / Math.Pow(2, 20), german.P, 12); // 20 of 20 discordant queries
        Assert.Equal(2 * german.P, german.HolmP, 12); // the smaller of two
        Assert.True(german.Significant);
        Assert.Equal((0, 1, false), (b.Differences["en"].Difference, b.Differences["en"].HolmP, b.Differences["en"].Significant));

        var table = ComparisonTable.Of(comparison).ToCsv().Split("\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, table.Length);
        Assert.StartsWith("language,run,name,stage,like_for_like,recall,n,k,", table[0], StringComparison.Ordinal);
        Assert.StartsWith("de,b,Run b,", table[4], StringComparison.Ordinal);
        Assert.Contains(",50,", table[4], StringComparison.Ordinal);

        Assert.Equal((40, 25.0), (b.Overall!.Images, b.Overall.Difference));
        Assert.InRange(b.Overall.Low, 10, 24);
        Assert.Contains("“Run b” finds 25.0 points more than “Run a” in the mean of 2 languages", b.Conclusion, StringComparison.Ordinal);
        Assert.Contains("better in 1 and worse in 0", b.Conclusion, StringComparison.Ordinal);
        Assert.Contains("another seed may differ", b.Conclusion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_within_chance_is_said_to_be()
    {
        _bench.Add("a", [("en", 20), ("de", 20)]);
        _bench.Add("b", [("en", 21), ("de", 20)], change: r => r.Seed = 2);
        var b = (await _bench.CompareAsync("a", "b")).Runs[1];
        Assert.StartsWith("No difference in the mean can be concluded", b.Conclusion, StringComparison.Ordinal);
        Assert.Contains("No single language differs after Holm’s correction for 2 tests", b.Conclusion, StringComparison.Ordinal);
        Assert.Contains("different seeds", b.Conclusion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_K_5_other_queries_are_answered()
    {
        _bench.Add("a", [("en", 5)]);
        _bench.Add("b", [("en", 35)]);
        var at5 = await _bench.Comparison.CompareAsync(new CompareQuery { Runs = ["a", "b"], K = 5 }, PageText.English, default);
        Assert.Equal(0, at5.Runs[1].Differences["en"].Difference);
    }

    [Fact]
    public async Task A_run_that_was_stopped_and_one_that_went_on_are_compared_where_both_had_learned_the_same()
    {
        _bench.Add("done", [("en", 20), ("de", 30), ("ja", 40)], fading: 5);
        _bench.Add("stopped", [("en", 20), ("de", 30), ("ja", 40)], stages: 2, fading: 5);
        var comparison = await _bench.CompareAsync("done", "stopped");
        Assert.Equal((2, false), (comparison.Learned!.Value, comparison.AtLast));
        Assert.Equal(["en", "de"], comparison.Languages);
        Assert.Contains(
            "Compared after the 2 languages that all have learned; what has learned more since is taken as it was then: Run done.",
            Assert.Single(comparison.Notes),
            StringComparison.Ordinal
        );
        var (done, stopped) = (comparison.Runs[0], comparison.Runs[1]);
        Assert.Equal((2, 3), (done.Stage, done.Stages));
        Assert.Equal((2, 2), (stopped.Stage, stopped.Stages));
        Assert.Equal(56.25, done.Ar); // 15 and 30 of 40 after the second task; 10 and 25 after the third
        Assert.Equal(3, done.ArByStage.Count);
        Assert.Equal((0, 0), (stopped.Differences["de"].Difference, stopped.Overall!.Difference));
        Assert.True(stopped.LikeForLike);
        Assert.StartsWith(
            "“Run stopped” is taken after 2 of its 2 tasks, “Run done” after 2 of 3. No difference",
            stopped.Conclusion,
            StringComparison.Ordinal
        );

        var ends = await _bench.AtLastAsync("done", "stopped");
        Assert.Null(ends.Learned);
        Assert.True(ends.AtLast);
        Assert.Equal((3, 2), (ends.Runs[0].Stage, ends.Runs[1].Stage));
        Assert.Equal(12.5, ends.Runs[1].Overall!.Difference);
        Assert.False(ends.Runs[1].LikeForLike);
        Assert.StartsWith("Not like for like", ends.Runs[1].Conclusion, StringComparison.Ordinal);
        Assert.Contains(
            "have not learned the same languages by then (“Run stopped” 2, “Run done” 3)",
            ends.Runs[1].Conclusion,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Where_no_stage_has_the_same_languages_each_is_taken_at_its_end_and_nobody_can_miss_it()
    {
        _bench.Add("a", [("en", 20), ("de", 10)]);
        _bench.Add("b", [("ja", 30), ("en", 20)]);
        var comparison = await _bench.CompareAsync("a", "b");
        Assert.Equal(["en"], comparison.Languages);
        Assert.True(comparison.AtLast);
        Assert.False(comparison.HasEarlier);
        Assert.Contains(
            "each is taken after its own last task, over the 1 that all have",
            Assert.Single(comparison.Notes),
            StringComparison.Ordinal
        );
        Assert.StartsWith("Not like for like", comparison.Runs[1].Conclusion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_order_of_the_same_languages_is_compared_and_said()
    {
        _bench.Add("a", [("en", 20), ("de", 10), ("ja", 10)]);
        _bench.Add("b", [("en", 20), ("ja", 30), ("de", 10)]);
        var comparison = await _bench.CompareAsync("a", "b");
        Assert.Equal((3, 3), (comparison.Learned!.Value, comparison.Languages.Count));
        Assert.Contains("in different orders", Assert.Single(comparison.Runs[1].Unlike), StringComparison.Ordinal);
        Assert.StartsWith("Not like for like", comparison.Runs[1].Conclusion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_at_once_is_held_against_the_end_of_a_sequence_and_no_training_against_any_stage()
    {
        _bench.Add("sequence", [("en", 20), ("de", 10)]);
        _bench.Add("stopped", [("en", 20), ("de", 10)], stages: 1);
        _bench.AddAtOnce("joint", "joint", ("en", 20), ("de", 30));
        _bench.AddAtOnce("zero", "zero-shot", ("en", 20), ("de", 0));
        var joint = await _bench.CompareAsync("sequence", "joint");
        Assert.Equal(["en", "de"], joint.Languages);
        Assert.True(joint.Runs[1].LikeForLike);
        Assert.Equal(25, joint.Runs[1].Overall!.Difference);
        var zero = await _bench.CompareAsync("zero", "stopped", "sequence");
        Assert.Equal(1, zero.Learned);
        Assert.Equal(["en"], zero.Languages);
        Assert.All(zero.Runs, r => Assert.True(r.LikeForLike));
        Assert.False((await _bench.CompareAsync("stopped", "joint")).Runs[1].LikeForLike);
    }

    [Fact]
    public async Task Other_base_models_and_training_data_are_said_before_any_figure()
    {
        _bench.Add("a", [("en", 20)]);
        _bench.Add("b", [("en", 30)], change: r => r.Model = "other-base");
        _bench.Add("c", [("en", 30)], change: r => r.Provenance = CompareBench.Provenance("r1") with { BaseModelHash = "h2" });
        var runs = (await _bench.CompareAsync("a", "b", "c")).Runs;
        Assert.Equal(
            "They start from different base models: “Run b” from other-base, “Run a” from emoji-base.",
            Assert.Single(runs[1].Unlike)
        );
        Assert.Equal("They start from different weights of emoji-base.", Assert.Single(runs[2].Unlike));
        Assert.All(runs.Skip(1), r => Assert.StartsWith("Not like for like", r.Conclusion, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_measured_elsewhere_has_the_stages_of_its_scores()
    {
        _bench.Add("a", [("en", 20), ("de", 10)]);
        _bench.AddImported("b", ("en", 20), ("de", 30));
        var b = (await _bench.CompareAsync("a", "b")).Runs[1];
        Assert.Equal((2, 2, 62.5), (b.Stage, b.Stages, b.Ar));
        Assert.Contains("not known of both which revision", Assert.Single(b.Unlike), StringComparison.Ordinal);
        Assert.NotNull(b.Untested);
    }

    [Fact]
    public async Task Means_are_corrected_for_the_number_of_runs_held_against_the_reference()
    {
        _bench.Add("a", [("en", 10)]);
        _bench.Add("b", [("en", 16)]); // 6 of 6 queries that differ: p = 2 / 64
        _bench.Add("c", [("en", 10)]);
        var alone = (await _bench.CompareAsync("a", "b")).Runs[1];
        Assert.Equal((0.03125, 0.03125, 1), (alone.Overall!.P, alone.Overall.HolmP, alone.Overall.Tests));
        Assert.StartsWith("“Run b” finds 15.0 points more", alone.Conclusion, StringComparison.Ordinal);
        var among = (await _bench.CompareAsync("a", "b", "c")).Runs[1];
        Assert.Equal((0.03125, 0.0625, 2), (among.Overall!.P, among.Overall.HolmP, among.Overall.Tests));
        Assert.StartsWith("No difference in the mean can be concluded", among.Conclusion, StringComparison.Ordinal);
        Assert.Contains("after Holm’s correction for 2 runs", among.Conclusion, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_many_runs_as_are_allowed_are_compared_at_once()
    {
        string[] ids = [.. Enumerable.Range(0, CompareQuery.MostRuns).Select(i => $"r{i:00}")];
        foreach (var id in ids)
        {
            _bench.Add(id, [("en", 20), ("de", 10)]);
        }
        var comparison = await _bench.CompareAsync(ids);
        Assert.Equal(ids, comparison.Runs.Select(r => r.Run.Id));
        Assert.All(comparison.Runs.Skip(1), r => Assert.Equal((2, 63), (r.Differences.Count, r.Overall!.Tests)));
    }

    [Fact]
    public async Task Without_the_answers_there_are_figures_and_a_reason_but_no_tests()
    {
        _bench.Add("a", [("en", 20)], ranks: false);
        _bench.Add("b", [("en", 30)]);
        var b = (await _bench.CompareAsync("a", "b")).Runs[1];
        Assert.Equal(75, b.Ar);
        Assert.Empty(b.Differences);
        Assert.Null(b.Conclusion);
        Assert.Contains("Only the scores of “Run a” are here", b.Untested, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_data_is_never_compared()
    {
        _bench.Add("a", [("en", 20)]);
        _bench.Add("b", [("en", 30)], change: r => r.Dataset = "other");
        _bench.Add("c", [("en", 30)], change: r => r.Provenance = CompareBench.Provenance("r2"));
        var other = await _bench.CompareAsync("a", "b");
        Assert.Contains("no data set and protocol in common", Assert.Single(other.Notes), StringComparison.Ordinal);
        Assert.Empty(other.Languages);
        var revised = await _bench.CompareAsync("a", "c");
        Assert.Contains("different revisions", Assert.Single(revised.Notes), StringComparison.Ordinal);
        Assert.Equal("Evaluated on another revision of the data set.", revised.Runs[1].Untested);
    }

    [Fact]
    public async Task A_run_that_has_not_begun_and_one_that_is_gone_are_named()
    {
        _bench.Add("a", [("en", 20)]);
        _bench.Add("new", [("en", 20)], stages: 0);
        var comparison = await _bench.CompareAsync("a", "new", "gone");
        Assert.Equal(["gone"], comparison.Missing);
        Assert.Contains("No task is done yet: Run new.", Assert.Single(comparison.Notes), StringComparison.Ordinal);
        Assert.Empty((await _bench.CompareAsync("gone")).Runs);
    }

    [Fact]
    public async Task Only_options_and_facts_that_differ_are_listed()
    {
        _bench.Add("a", [("en", 20)]);
        _bench.Add(
            "b",
            [("en", 20)],
            change: r =>
            {
                (r.Seed, r.Teir) = (2, false);
                r.Options = new Dictionary<string, JsonElement> { ["batchSize"] = JsonSerializer.SerializeToElement(16) };
            }
        );
        var differences = (await _bench.CompareAsync("a", "b")).Differences;
        Assert.Equal(["TEIR", "Seed", "Batch size"], differences.Select(d => d.Name));
        Assert.Equal(["8", "16"], differences[2].Values);
    }

    [Fact]
    public async Task The_same_question_gets_the_same_answer()
    {
        _bench.Add("a", [("en", 20), ("de", 10)]);
        _bench.Add("b", [("en", 22), ("de", 13)]);
        async Task<string> Json() => JsonSerializer.Serialize(await _bench.CompareAsync("a", "b"));
        Assert.Equal(await Json(), await Json());
    }

    [Fact]
    public void An_address_is_read_and_written()
    {
        var query = Read("runs=a,b,%20c&direction=i2t&k=10&dataset=xm3600&protocol=all-captions", out var errors);
        Assert.Empty(errors);
        Assert.Equal(["a", "b", "c"], query.Runs);
        Assert.Equal((RetrievalDirection.ImageToText, 10), (query.Direction, query.K));
        Assert.Equal("/compare?runs=a,b,c&dataset=xm3600&protocol=all-captions&direction=i2t&k=10", query.Address());
        Assert.Equal("/compare", new CompareQuery().Address());
        var wrong = Read("runs=" + string.Join(',', Enumerable.Range(0, 70)) + "&direction=x&k=2&at=never", out errors);
        Assert.Equal(["at", "direction", "k", "runs"], errors.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("6 are left out", errors["runs"][0], StringComparison.Ordinal);
        Assert.Equal(64, wrong.Runs.Count);
        Assert.Equal("/compare?runs=a&at=last", Read("runs=a&at=last", out _).Address());
        string[] many = [.. Enumerable.Range(0, 70).Select(i => $"{i}")];
        Assert.Equal((64, 6), (Read(new Uri("http://x" + CompareQuery.Link(many)).Query, out errors).Runs.Count, CompareQuery.LeftOut(70)));
        Assert.Empty(errors);
    }

    private static CompareQuery Read(string query, out IDictionary<string, string[]> errors) =>
        CompareQuery.Read(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query), out errors);
}
