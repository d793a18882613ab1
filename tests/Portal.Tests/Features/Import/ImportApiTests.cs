using System.Text.Json;
using CllClip.Portal.Tests.Api;
using Xunit;
using static CllClip.Portal.Tests.Features.Import.ImportBench;

namespace CllClip.Portal.Tests.Features.Import;

/// <summary><c>POST /api/v1/runs/import</c> over a real socket.</summary>
public sealed class ImportApiTests(PortalHost portal) : IClassFixture<PortalHost>
{
    private const string Address = "/api/v1/runs/import";
    private const string Asked = "?method=er&source=A%20paper&seed=";

    [Fact]
    public async Task Csv_is_looked_at_and_then_stored_and_stands_on_the_leaderboard()
    {
        var preview = await portal.AskAsync("POST", $"{Address}{Asked}11&preview=true", Csv("en", "fi"), "text/csv");
        Assert.True(preview.Code == 200, preview.Text);
        Assert.Equal(18, preview.Json.GetProperty("scores").GetInt32());
        Assert.Equal(1, preview.Json.GetProperty("places")[0].GetProperty("rows").GetInt32());
        Assert.Equal("A paper", preview.Json.GetProperty("run").GetProperty("origin").GetProperty("source").GetString());
        var id = preview.Json.GetProperty("run").GetProperty("id").GetString();
        Assert.Equal(404, (await portal.AskAsync("GET", $"/api/v1/runs/{id}")).Code); // looking stores nothing

        var stored = await portal.AskAsync("POST", $"{Address}{Asked}11", Csv("en", "fi"), "text/csv; charset=utf-8");
        Assert.True(stored.Code == 201, stored.Text);
        Assert.Equal(200, (await portal.AskAsync("GET", stored.Location!)).Code);
        Assert.Equal(404, (await portal.AskAsync("GET", $"{stored.Location}/checkpoint")).Code);
        var board = await portal.AskAsync("GET", "/api/v1/leaderboard?source=imported&method=er");
        var row = board
            .Json.GetProperty("groups")
            .EnumerateArray()
            .SelectMany(g => g.GetProperty("rows").EnumerateArray())
            .Single(r => r.GetProperty("runIds")[0].GetString() == stored.Json.GetProperty("id").GetString());
        Assert.Equal(("imported", "A paper"), (row.GetProperty("source").GetString(), row.GetProperty("importedFrom").GetString()));
        var csv = await portal.AskAsync("GET", "/api/v1/leaderboard?source=imported&method=er&format=csv");
        Assert.Contains(",imported,,A paper,", csv.Text, StringComparison.Ordinal);
        Assert.Equal(409, (await portal.AskAsync("POST", $"{stored.Location}/resume")).Code);
        Assert.Equal(204, (await portal.AskAsync("DELETE", stored.Location!)).Code);
    }

    [Fact]
    public async Task Every_wrong_row_is_named_in_the_answer()
    {
        var answer = await portal.AskAsync(
            "POST",
            $"{Address}{Asked}12",
            Csv("en").Replace(",5,", ",3,", StringComparison.Ordinal),
            "text/csv"
        );
        Assert.Equal(["line 3", "line 6"], answer.Errors.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("?method=er&source=x&seed=one", "seed")]
    [InlineData("?method=er&source=x&preview=perhaps", "preview")]
    [InlineData("?method=er", "source")]
    public async Task Wrong_parameters_are_named(string query, string field)
    {
        var answer = await portal.AskAsync("POST", Address + query, Csv("en"), "text/csv");
        Assert.Equal([field], answer.Errors.Keys);
    }

    [Fact]
    public async Task Other_bodies_are_refused_as_such()
    {
        (await portal.AskAsync("POST", Address, "a,b", "text/plain")).Problem(415);
        var json = await portal.AskAsync("POST", Address, JsonSerializer.Serialize(new { scores = Array.Empty<int>() }));
        Assert.Contains("scores", json.Errors.Keys);
    }
}
