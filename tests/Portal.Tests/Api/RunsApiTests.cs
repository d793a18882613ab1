using System.Globalization;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Api;

/// <summary>Looking at runs, and the whole life of one, over HTTP.</summary>
public sealed class RunsApiTests(PortalHost portal) : IClassFixture<PortalHost>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task The_list_is_there_as_a_table_too()
    {
        portal.AddRun("tabular", change: run => (run.Name, run.Tags) = ("=a table", ["x"]));
        var csv = await portal.AskAsync("GET", "/api/v1/runs?format=csv&take=1000");
        Assert.Equal("text/csv", csv.Type);
        Assert.StartsWith("id,name,state,method,", csv.Text, StringComparison.Ordinal);
        Assert.Single(csv.Text.Split('\n'), line => line.StartsWith("tabular,\"'=a table\",Queued,cll-clip,", StringComparison.Ordinal));
        Assert.Equal(["format"], (await portal.AskAsync("GET", "/api/v1/runs?format=xml")).Errors.Keys);
    }

    [Fact]
    public async Task A_run_has_the_contract_s_fields_at_every_moment()
    {
        portal.AddRun("fields");
        var queued = (await portal.AskAsync("GET", "/api/v1/runs/fields")).Json;
        string[] names =
        [
            "id",
            "name",
            "state",
            "method",
            "teir",
            "dataset",
            "model",
            "languages",
            "options",
            "seed",
            "device",
            "createdAt",
            "startedAt",
            "endedAt",
            "progress",
            "summary",
            "provenance",
            "error",
            "epochs",
            "tags",
            "shipped",
        ];
        Assert.All(names, name => Assert.True(queued.TryGetProperty(name, out _), name));
        Assert.Equal("Queued", queued.GetProperty("state").GetString());
        Assert.EndsWith("Z", queued.GetProperty("createdAt").GetString(), StringComparison.Ordinal);
        portal.Store().Move("fields", RunState.Running, "go");
        portal.Feed().Publish(RunsBench.Progress("fields", 1));
        var progress = (await portal.AskAsync("GET", "/api/v1/runs/fields")).Json.GetProperty("progress");
        string[] parts = ["stage", "stages", "language", "epoch", "step", "steps", "fraction", "secondsLeft", "pairsPerSecond"];
        Assert.All(parts, name => Assert.True(progress.TryGetProperty(name, out _), name));
    }

    [Fact]
    public async Task Runs_are_listed_by_state_method_and_words_a_page_at_a_time()
    {
        for (var i = 1; i <= 5; i++)
        {
            portal.AddRun($"list{i}", i == 3 ? RunState.Failed : RunState.Stopped, r => r.Tags = ["paged"]);
        }
        var page = (await portal.AskAsync("GET", "/api/v1/runs?q=paged&skip=1&take=2")).Json;
        Assert.Equal(5, page.GetProperty("total").GetInt32());
        Assert.Equal(["list4", "list3"], page.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("id").GetString()));
        var failed = (await portal.AskAsync("GET", "/api/v1/runs?q=paged&state=Failed&method=cll-clip")).Json;
        Assert.Equal("list3", Assert.Single(failed.GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        var none = (await portal.AskAsync("GET", "/api/v1/runs?q=paged&method=joint&take=0")).Json;
        Assert.Equal(0, none.GetProperty("total").GetInt32());
        portal.AddRun("list-other", RunState.Stopped, r => (r.Tags, r.Dataset, r.Model, r.Teir) = (["filtered"], "mine", "large", false));
        var others = (await portal.AskAsync("GET", "/api/v1/runs?dataset=mine&model=large&teir=false&q=filtered%20mine&sort=dataset")).Json;
        Assert.Equal("list-other", Assert.Single(others.GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(0, (await portal.AskAsync("GET", "/api/v1/runs?dataset=mine&teir=true")).Json.GetProperty("total").GetInt32());
        var first = (await portal.AskAsync("GET", "/api/v1/runs?q=paged&sort=name&order=asc&take=1")).Json;
        Assert.Equal("list1", first.GetProperty("items")[0].GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("quz", "by-language")]
    [InlineData("quechua", "by-language")]
    [InlineData("RUNASIMI", "by-language")]
    [InlineData("Māori", "by-language")]
    [InlineData("中文", "by-language")]
    [InlineData("qu", null)] // a code only whole, a name from its third letter on
    [InlineData("swahili", null)]
    public async Task Runs_are_found_by_their_languages(string words, string? id)
    {
        if ((await portal.AskAsync("GET", "/api/v1/runs/by-language")).Code == 404)
        {
            portal.AddRun("by-language", RunState.Stopped, r => r.Languages = ["quz", "mi", "zh"]);
        }
        // The shipped runs know all languages: a word of the name keeps them out.
        var found = (await portal.AskAsync("GET", $"/api/v1/runs?q=by-language%20{Uri.EscapeDataString(words)}")).Json.GetProperty("items");
        Assert.Equal(id is null ? [] : [id], found.EnumerateArray().Select(r => r.GetProperty("id").GetString()!));
    }

    [Fact]
    public async Task Every_wrong_parameter_of_the_list_is_named()
    {
        var errors = (await portal.AskAsync("GET", "/api/v1/runs?state=3&skip=-1&take=99999999999&sort=color&order=up&teir=2")).Errors;
        Assert.Equal(["order", "skip", "sort", "state", "take", "teir"], errors.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scores_come_in_the_order_of_measuring_with_full_precision_as_json_and_csv()
    {
        portal.AddRun("scores");
        var rows = Enumerable.Range(1, 50).Select(i => RunsBench.Score(i, i % 2 == 0 ? "de" : "en", recall: 100.0 / (i + 2))).ToList();
        portal.Store().AddScores("scores", rows);
        var json = (await portal.AskAsync("GET", "/api/v1/runs/scores/scores")).Json;
        Assert.Equal(rows.Select(r => r.Recall), json.EnumerateArray().Select(r => r.GetProperty("recall").GetDouble()));
        Assert.Equal(
            ["stage", "language", "direction", "k", "recall", "n", "protocol", "dataset"],
            json[0].EnumerateObject().Select(p => p.Name)
        );
        var csv = await portal.AskAsync("GET", "/api/v1/runs/scores/scores.csv");
        Assert.Equal("text/csv", csv.Type);
        var lines = csv.Text.TrimEnd().Split("\n");
        Assert.Equal("stage,language,direction,k,recall,n,protocol,dataset", lines[0]);
        Assert.Equal(rows.Select(r => r.Recall), lines.Skip(1).Select(l => double.Parse(l.Split(',')[4], CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/scores")]
    [InlineData("GET", "/scores.csv")]
    [InlineData("GET", "/stages")]
    [InlineData("GET", "/log")]
    [InlineData("GET", "/history")]
    [InlineData("POST", "/stop")]
    [InlineData("POST", "/resume")]
    [InlineData("DELETE", "")]
    public async Task An_unknown_or_path_like_id_is_not_found(string method, string rest)
    {
        string[] ids =
        [
            "none",
            "..%2f..%2fetc%2fpasswd",
            "%2e%2e%5cportal.db",
            "a%00b",
            "%F0%9F%98%80",
            "' OR 1=1 --",
            new string('x', 3000),
        ];
        foreach (var id in ids)
        {
            var answer = await portal.AskAsync(method, $"/api/v1/runs/{id}{rest}");
            if (id.Contains("%00", StringComparison.Ordinal))
            {
                Assert.Equal(400, answer.Code); // the server itself takes no such address
            }
            else
            {
                answer.Problem(404);
            }
        }
        Assert.True(Directory.Exists(portal.DataRoot));
    }

    [Fact]
    public async Task A_run_is_stopped_resumed_and_deleted_where_its_state_allows_it()
    {
        portal.AddRun("life");
        (await portal.AskAsync("POST", "/api/v1/runs/life/resume")).Problem(409);
        var stopped = await portal.AskAsync("POST", "/api/v1/runs/life/stop");
        Assert.Equal(202, stopped.Code);
        Assert.Equal("Stopped", stopped.Json.GetProperty("state").GetString());
        (await portal.AskAsync("POST", "/api/v1/runs/life/stop")).Problem(409);
        Assert.Equal(204, (await portal.AskAsync("DELETE", "/api/v1/runs/life")).Code);
        (await portal.AskAsync("GET", "/api/v1/runs/life")).Problem(404);

        portal.AddRun("active");
        portal.Store().Move("active", RunState.Running, "go");
        var refused = (await portal.AskAsync("DELETE", "/api/v1/runs/active")).Problem(409);
        Assert.Contains("Stop it first", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        portal.AddRun("came-along", RunState.Completed, r => r.Shipped = true);
        (await portal.AskAsync("DELETE", "/api/v1/runs/came-along")).Problem(409);
    }

    [Fact]
    public async Task A_run_that_is_posted_is_worked_on_and_its_scores_can_be_read()
    {
        Assert.SkipUnless(PreparedData.IsThere, "The npm packages of Emoji36 are not installed: run npm ci.");
        await ReadyAsync();
        var answer = await portal.AskAsync(
            "POST",
            "/api/v1/runs",
            """{"method":"zero-shot","dataset":"emoji36","model":"emoji-base","languages":["en","de"],"seed":7,"device":"cpu","tags":["a","b"]}"""
        );
        Assert.True(answer.Code == 201, answer.Text);
        var id = answer.Json.GetProperty("id").GetString();
        Assert.Equal($"/api/v1/runs/{id}", answer.Location);
        var run = await EndAsync(id!);
        Assert.True(run.GetProperty("state").GetString() == "Completed", run.ToString());
        Assert.Equal(7, run.GetProperty("seed").GetInt32());
        Assert.True(run.GetProperty("summary").GetProperty("arT2i").GetDouble() > 0);
        Assert.Equal(64, run.GetProperty("provenance").GetProperty("baseModelHash").GetString()!.Length);
        var scores = (await portal.AskAsync("GET", $"/api/v1/runs/{id}/scores")).Json.EnumerateArray().ToList();
        Assert.Equal(["de", "en"], scores.Select(s => s.GetProperty("language").GetString()!).Distinct().Order());
        Assert.Equal([1, 5, 10], scores.Select(s => s.GetProperty("k").GetInt32()).Distinct().Order());
        var history = (await portal.AskAsync("GET", $"/api/v1/runs/{id}/history")).Json;
        Assert.Equal(["Queued", "Running", "Completed"], history.EnumerateArray().Select(h => h.GetProperty("state").GetString()));
        var log = (await portal.AskAsync("GET", $"/api/v1/runs/{id}/log")).Json.GetArrayLength();
        Assert.NotEqual(0, log);
        var csv = await portal.AskAsync("GET", $"/api/v1/runs/{id}/log?format=csv");
        Assert.Equal(("text/csv", "at,level,text"), (csv.Type, csv.Text.Split("\n")[0]));
        Assert.Equal(log + 1, csv.Text.Split("\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(["format"], (await portal.AskAsync("GET", $"/api/v1/runs/{id}/log?format=xml")).Errors.Keys);
        Assert.Equal(1, (await portal.AskAsync("GET", $"/api/v1/runs/{id}/stages")).Json.GetArrayLength());
    }

    private async Task ReadyAsync()
    {
        var end = DateTime.UtcNow + Patience;
        while ((await portal.AskAsync("GET", "/health/ready")).Code != 200)
        {
            Assert.True(DateTime.UtcNow < end, "The portal does not become ready.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private async Task<System.Text.Json.JsonElement> EndAsync(string id)
    {
        var end = DateTime.UtcNow + Patience;
        while (true)
        {
            var run = (await portal.AskAsync("GET", $"/api/v1/runs/{id}")).Json;
            if (run.GetProperty("state").GetString() is "Completed" or "Failed" || DateTime.UtcNow > end)
            {
                return run;
            }
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }
}
