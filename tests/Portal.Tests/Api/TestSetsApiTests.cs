using System.Text.Json;
using CllClip.Portal.Hosting;
using CllClip.Portal.Tests.Hubs;
using CllClip.Portal.Tests.Jobs;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Xunit;

namespace CllClip.Portal.Tests.Api;

/// <summary>Evaluation on several data sets over HTTP and hub, with the real engine on toy data.</summary>
public sealed class TestSetsApiTests(TestSetsApiTests.Fixture fixture) : IClassFixture<TestSetsApiTests.Fixture>
{
    private const string Path = "/api/v1/runs";
    private readonly PortalHost _portal = fixture.Portal;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_says_everywhere_which_data_set_a_score_is_of()
    {
        var launched = await PostAsync("""["xm3600"]""");
        Assert.True(launched.Code == 201, launched.Text);
        Assert.Equal(["xm3600"], Strings(launched.Json.GetProperty("testSets")));
        var id = launched.Json.GetProperty("id").GetString()!;
        var run = await EndAsync(id);
        Assert.True(run.GetProperty("state").GetString() == "Completed", run.ToString());
        var revisions = run.GetProperty("provenance").GetProperty("testSetRevisions");
        Assert.Equal("toy-1", revisions.GetProperty("xm3600").GetString());

        string?[] expected = [.. Enumerable.Repeat<string?>(null, 12), .. Enumerable.Repeat("xm3600", 6)]; // en, de; de
        var scores = (await _portal.AskAsync("GET", $"{Path}/{id}/scores")).Json.EnumerateArray().ToList();
        Assert.Equal(expected, scores.Select(Dataset));
        var csv = (await _portal.AskAsync("GET", $"{Path}/{id}/scores.csv")).Text.TrimEnd().Split("\n").Skip(1);
        Assert.Equal(expected.Select(d => d ?? "toy"), csv.Select(l => l.TrimEnd('\r').Split(',')[^1]));
        await using var ear = await Ear.ConnectAsync(_portal);
        await ear.Hub.InvokeAsync("Watch", id, Stop);
        await ear.UntilAsync(e => e.Scores.Count == expected.Length);
        Assert.Equal(expected, ear.Scores.Select(Dataset));

        foreach (var (dataset, protocol, columns) in new[] { ("toy", "toy", "en de"), ("xm3600", "all-captions", "de") })
        {
            var board = (await _portal.AskAsync("GET", $"/api/v1/leaderboard?dataset={dataset}&source=own")).Json;
            var group = Assert.Single(board.GetProperty("groups").EnumerateArray());
            Assert.Equal((dataset, protocol), (group.GetProperty("dataset").GetString(), group.GetProperty("protocol").GetString()));
            Assert.Equal(columns.Split(' ').Order(), Strings(group.GetProperty("languages")).Order());
            Assert.Equal("toy", Assert.Single(group.GetProperty("rows").EnumerateArray()).GetProperty("trainedOn").GetString());
        }
    }

    [Theory]
    [InlineData("""["none"]""", "Unknown data set 'none'. Choose from: xm3600, arabic.")]
    [InlineData("""["xm3600","xm3600"]""", "listed more than once")]
    [InlineData("""["toy"]""", "the run's own data set")]
    [InlineData("""["arabic"]""", "none of the run's languages")]
    [InlineData("\"xm3600\"", "Must be a list of texts, not text.")]
    [InlineData("[1]", "Item 1 must be text, not a number.")]
    public async Task What_cannot_be_evaluated_on_is_said(string testSets, string message)
    {
        var error = Assert.Single((await PostAsync(testSets)).Errors);
        Assert.Equal("testSets", error.Key);
        Assert.Contains(message, Assert.Single(error.Value), StringComparison.Ordinal);
    }

    private Task<Answer> PostAsync(string testSets) =>
        _portal.AskAsync(
            "POST",
            Path,
            $$"""{"method":"zero-shot","dataset":"toy","testSets":{{testSets}},"model":"emoji-base","languages":["en","de"],"device":"cpu"}"""
        );

    private async Task<JsonElement> EndAsync(string id)
    {
        var end = DateTime.UtcNow + TimeSpan.FromMinutes(2);
        while (true)
        {
            var run = (await _portal.AskAsync("GET", $"{Path}/{id}")).Json;
            if (run.GetProperty("state").GetString() is "Completed" or "Failed" || DateTime.UtcNow > end)
            {
                return run;
            }
            await Task.Delay(50, Stop);
        }
    }

    private static string? Dataset(JsonElement score) => score.GetProperty("dataset").GetString();

    private static string[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetString()!)];

    /// <summary>A portal with a toy data set and two further ones.</summary>
    public sealed class Fixture : IDisposable
    {
        private readonly ToyEngine _engine = new()
        {
            Others =
            [
                new()
                {
                    Id = "xm3600",
                    Name = "XM3600",
                    Languages = ["de", "ja"],
                    HeadlineProtocol = "all-captions",
                    Things = 12,
                },
                new()
                {
                    Id = "arabic",
                    Name = "Arabic",
                    Languages = ["ar"],
                },
            ],
        };

        public Fixture() => Portal = new PortalHost([], services: s => s.Replace(ServiceDescriptor.Singleton<IEngineHost>(_engine)));

        public PortalHost Portal { get; }

        public void Dispose()
        {
            Portal.Dispose();
            _engine.Dispose();
        }
    }
}
