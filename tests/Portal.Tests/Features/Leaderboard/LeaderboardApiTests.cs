using System.Net;
using System.Text.Json;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Features.Runs;
using CllClip.Shared.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace CllClip.Portal.Tests.Features.Leaderboard;

public sealed class LeaderboardApiTests(LeaderboardApiTests.Host host) : IClassFixture<LeaderboardApiTests.Host>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Json_holds_every_group_with_full_precision()
    {
        using var json = JsonDocument.Parse(await host.Client().GetStringAsync("/api/v1/leaderboard", Stop));
        var groups = json.RootElement.GetProperty("groups").EnumerateArray().ToList();
        Assert.Equal(["emoji36", "xm3600", "coco", "flickr30k"], groups.Select(g => g.GetProperty("dataset").GetString()));
        Assert.Equal("t2i", json.RootElement.GetProperty("direction").GetString());
        var own = groups[0].GetProperty("rows").EnumerateArray().Single(r => r.GetProperty("finished").GetBoolean());
        Assert.Equal("own", own.GetProperty("source").GetString());
        Assert.Equal("1", own.GetProperty("runIds")[0].GetString());
        var last = host.Desk.Scores["1"].Where(s => s is { Stage: 6, K: 1 } && s.Direction == default).ToList();
        Assert.Equal(last.Average(s => s.Recall), own.GetProperty("ar").GetProperty("mean").GetDouble(), 12);
        Assert.Equal(
            last.Single(s => s.Language == "de").Recall,
            own.GetProperty("recall").GetProperty("de").GetProperty("mean").GetDouble()
        );
    }

    [Fact]
    public async Task Choosing_languages_recomputes_the_means()
    {
        using var json = JsonDocument.Parse(
            await host.Client().GetStringAsync("/api/v1/leaderboard?dataset=emoji36&languages=fi,de&direction=i2t&k=10", Stop)
        );
        var group = Assert.Single(json.RootElement.GetProperty("groups").EnumerateArray());
        Assert.Equal(["de", "fi"], group.GetProperty("languages").EnumerateArray().Select(l => l.GetString()));
        var expected = host
            .Desk.Scores["1"]
            .Where(s => s is { Stage: 6, K: 10, Language: "de" or "fi", Direction: CllClip.Shared.Results.RetrievalDirection.ImageToText });
        Assert.Equal(expected.Average(s => s.Recall), group.GetProperty("rows")[0].GetProperty("ar").GetProperty("mean").GetDouble(), 12);
    }

    [Theory]
    [InlineData("csv", "text/csv", "dataset,protocol,direction")]
    [InlineData("latex", "application/x-tex", "\\begin{tabular}")]
    [InlineData("json", "application/json", "\"groups\"")]
    public async Task Every_format_comes_with_its_type(string format, string type, string holds)
    {
        using var answer = await host.Client().GetAsync($"/api/v1/leaderboard?dataset=xm3600&format={format}", Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains(holds, await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        if (format != "json")
        {
            Assert.StartsWith("leaderboard-xm3600-t2i-r1.", answer.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Wrong_values_are_named_field_by_field()
    {
        using var answer = await host.Client()
            .GetAsync("/api/v1/leaderboard?dataset=nope&direction=up&protocol=x&languages=de,zz&format=xml&colour=red", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop));
        Assert.Equal(
            ["colour", "dataset", "direction", "format", "languages", "protocol"],
            json.RootElement.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order()
        );
    }

    [Fact]
    public async Task Running_runs_are_in_the_answer_without_a_rank()
    {
        using var json = JsonDocument.Parse(await host.Client().GetStringAsync("/api/v1/leaderboard?source=own", Stop));
        var rows = json.RootElement.GetProperty("groups")[0].GetProperty("rows").EnumerateArray().ToList();
        var running = rows.Single(r => !r.GetProperty("finished").GetBoolean());
        Assert.Equal(JsonValueKind.Null, running.GetProperty("rank").ValueKind);
        Assert.Equal("running, 2 of 6 tasks done", running.GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_page_is_whole_before_any_circuit()
    {
        var html = await host.Client().GetStringAsync("/leaderboard?dataset=xm3600", Stop);
        Assert.Contains("CLL-CLIP", html, StringComparison.Ordinal);
        Assert.Contains("24.3", html, StringComparison.Ordinal);
        Assert.Contains("العربية", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
    }

    public sealed class Host : PortalHost
    {
        public Host()
            : this(new SampleDesk()) { }

        private Host(SampleDesk desk)
            : base(
                [],
                services: services =>
                {
                    services.Replace(ServiceDescriptor.Singleton<IRunDesk>(desk));
                    services.Replace(ServiceDescriptor.Singleton<IOwnResults, DeskResults>());
                }
            )
        {
            Desk = desk;
            desk.Add(SampleDesk.Run("1"), 6);
            desk.Add(SampleDesk.Run("2", RunState.Running), 2);
        }

        public SampleDesk Desk { get; }
    }
}
