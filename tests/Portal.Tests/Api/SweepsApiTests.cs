using System.Text.Json;
using CllClip.Portal.Jobs;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Runs;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Api;

/// <summary>Sweeps, edits and the queue's order over HTTP.</summary>
public sealed class SweepsApiTests : IDisposable
{
    private readonly ToyEngine _engine = new() { Ready = new TaskCompletionSource().Task }; // nothing is trained
    private readonly PortalHost _portal;

    public SweepsApiTests() => _portal = new PortalHost([], services: s => s.AddSingleton<CllClip.Portal.Hosting.IEngineHost>(_engine));

    public void Dispose()
    {
        _portal.Dispose();
        _engine.Dispose();
    }

    private const string Run = """{"method":"cll-clip","teir":true,"dataset":"toy","model":"emoji-base","languages":["en","de"]}""";

    [Fact]
    public async Task A_sweep_is_queued_whole_and_read_back()
    {
        var answer = await _portal.AskAsync(
            "POST",
            "/api/v1/sweeps",
            $$$"""{"run":{{{Run}}},"seeds":[1,2],"teir":[true,false],"options":{"learningRate":[0.001,0.01]},"name":"Rates"}"""
        );
        Assert.Equal(201, answer.Code);
        var sweep = (await _portal.AskAsync("GET", answer.Location!)).Json;
        Assert.Equal($"/api/v1/sweeps/{sweep.GetProperty("id").GetString()}", answer.Location);
        Assert.Equal("Rates", sweep.GetProperty("name").GetString());
        Assert.Equal(8, sweep.GetProperty("runs").GetArrayLength());
        Assert.Equal(4, sweep.GetProperty("configurations").GetArrayLength());
        Assert.Equal("learningRate", Assert.Single(sweep.GetProperty("varied").EnumerateArray()).GetString());
        Assert.Equal(8, sweep.GetProperty("states").GetProperty("Queued").GetInt32());
        var listed = (await _portal.AskAsync("GET", $"/api/v1/runs?sweep={sweep.GetProperty("id").GetString()}")).Json;
        Assert.Equal(8, listed.GetProperty("total").GetInt32());
        var csv = await _portal.AskAsync("GET", $"{answer.Location}?format=csv");
        Assert.Equal("text/csv", csv.Type);
        var lines = csv.Text.Split("\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("method,teir,learningRate,completed,runs,seeds,ar_t2i,", lines[0], StringComparison.Ordinal);
        Assert.Equal(5, lines.Length);
        Assert.Contains(",0,2,1 2,", lines[1], StringComparison.Ordinal);
        Assert.Equal(["format"], (await _portal.AskAsync("GET", $"{answer.Location}?format=xml")).Errors.Keys);
        (await _portal.AskAsync("GET", "/api/v1/sweeps/nobody")).Problem(404);
    }

    [Fact]
    public async Task A_wrong_sweep_queues_nothing_and_names_every_field()
    {
        async Task<IEnumerable<string>> WrongAsync(string body) =>
            (await _portal.AskAsync("POST", "/api/v1/sweeps", body)).Errors.Keys.Order(StringComparer.Ordinal);
        Assert.Equal(
            ["colour", "options.learningRate", "run.epochs", "run.what", "seeds"],
            await WrongAsync("""{"run":{"epochs":"3","what":1},"seeds":["a"],"options":{"learningRate":3},"colour":1}""")
        );
        Assert.Equal(
            ["options.learningRate", "run.languages", "run.model", "seeds"],
            await WrongAsync(
                """{"run":{"method":"cll-clip","dataset":"toy","model":"nope","languages":["xx"]},"seeds":[1,-2],"options":{"learningRate":[0.01,-1]}}"""
            )
        );
        Assert.Equal(["methods"], await WrongAsync($$$"""{"run":{{{Run}}},"methods":["cll-clip","nope"]}"""));
        Assert.Equal(["sweep"], await WrongAsync($$$"""{"run":{{{Run}}},"seeds":[{{{string.Join(',', Enumerable.Range(0, 101))}}}]}"""));
        var all = (await _portal.AskAsync("GET", "/api/v1/runs?state=Queued&take=0")).Json;
        Assert.Equal(0, all.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Name_tags_and_notes_are_patched_with_every_wrong_field_named()
    {
        _portal.AddRun("edit", RunState.Stopped, r => r.Tags = ["a"]);
        var edited = await _portal.AskAsync("PATCH", "/api/v1/runs/edit", """{"name":"Better","notes":"seen\ntwice"}""");
        Assert.Equal(200, edited.Code);
        Assert.Equal(
            ("Better", "seen\ntwice", "a"),
            (
                edited.Json.GetProperty("name").GetString(),
                edited.Json.GetProperty("notes").GetString(),
                edited.Json.GetProperty("tags")[0].GetString()
            )
        );
        Assert.Equal(1, (await _portal.AskAsync("GET", "/api/v1/runs?q=twice")).Json.GetProperty("total").GetInt32());
        Assert.Equal(1, (await _portal.AskAsync("GET", "/api/v1/runs?tag=a&tag=zz&match=any")).Json.GetProperty("total").GetInt32());
        Assert.Equal(["match"], (await _portal.AskAsync("GET", "/api/v1/runs?match=some")).Errors.Keys);
        var wrong = await _portal.AskAsync("PATCH", "/api/v1/runs/edit", """{"name":"","tags":[""],"notes":3,"state":"Completed"}""");
        Assert.Equal(["name", "notes", "state", "tags"], wrong.Errors.Keys.Order());
        (await _portal.AskAsync("PATCH", "/api/v1/runs/nobody", """{"name":"x"}""")).Problem(404);
        _portal.AddRun("came", RunState.Completed, r => r.Shipped = true);
        (await _portal.AskAsync("PATCH", "/api/v1/runs/came", """{"name":"x"}""")).Problem(409);
    }

    [Fact]
    public async Task The_queue_is_looked_at_and_moved_and_a_claimed_run_stays()
    {
        foreach (var id in new[] { "q1", "q2", "q3" })
        {
            _portal.AddRun(id);
        }
        var lane = (await _portal.AskAsync("POST", "/api/v1/runs/q3/move", """{"before":"q1"}""")).Json;
        string[] Order(JsonElement of) =>
            [.. of.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("run").GetProperty("id").GetString()!)];
        Assert.Equal(["q3", "q1", "q2"], Order(lane));
        Assert.Equal(["q3", "q1", "q2"], Order((await _portal.AskAsync("GET", "/api/v1/schedule")).Json.GetProperty("lanes")[0]));
        var csv = (await _portal.AskAsync("GET", "/api/v1/schedule?format=csv")).Text.Split("\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("lane,place,id,name,state,begins_at,ends_at,seconds_left,estimated", csv[0]);
        Assert.Equal(["q3", "q1", "q2"], csv[1..].Select(l => l.Split(',')[2]));
        Assert.Equal(["format"], (await _portal.AskAsync("GET", "/api/v1/schedule?format=xml")).Errors.Keys);
        Assert.Equal("q3", _portal.Store().Claim("none", "go")!.Id);
        var refused = (await _portal.AskAsync("POST", "/api/v1/runs/q3/move", """{"position":2}""")).Problem(409);
        Assert.Contains("is running", refused.GetProperty("detail").GetString(), StringComparison.Ordinal);
        (await _portal.AskAsync("POST", "/api/v1/runs/q2/move", """{"after":"q3"}""")).Problem(409);
        (await _portal.AskAsync("POST", "/api/v1/runs/nobody/move", """{"position":1}""")).Problem(404);
        Assert.Equal(["body"], (await _portal.AskAsync("POST", "/api/v1/runs/q2/move", """{"before":"q1","position":1}""")).Errors.Keys);
        Assert.Equal(["position"], (await _portal.AskAsync("POST", "/api/v1/runs/q2/move", """{"position":0}""")).Errors.Keys);
        Assert.Equal(
            RunState.Running,
            (
                await _portal
                    .Services.GetRequiredService<CllClip.Portal.Features.Runs.RunQueries>()
                    .GetAsync("q3", TestContext.Current.CancellationToken)
            )!.State
        );
    }
}
