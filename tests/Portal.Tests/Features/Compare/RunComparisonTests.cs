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
    public async Task Only_languages_that_all_have_learned_are_compared()
    {
        _bench.Add("a", [("en", 20), ("de", 10), ("ja", 10)]);
        _bench.Add("b", [("en", 20), ("ja", 30)]);
        _bench.Add("c", [("en", 20), ("de", 30), ("ja", 30)], stages: 1);
        var two = await _bench.CompareAsync("a", "b");
        Assert.Equal(["en", "ja"], two.Languages);
        Assert.Contains("the 2 that all have learned so far are compared", Assert.Single(two.Notes), StringComparison.Ordinal);
        Assert.Equal(["en"], (await _bench.CompareAsync("a", "b", "c")).Languages);
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
        var wrong = Read("runs=" + string.Join(',', Enumerable.Range(0, 13)) + "&direction=x&k=2", out errors);
        Assert.Equal(["direction", "k", "runs"], errors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(12, wrong.Runs.Count);
    }

    private static CompareQuery Read(string query, out IDictionary<string, string[]> errors) =>
        CompareQuery.Read(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(query), out errors);
}
