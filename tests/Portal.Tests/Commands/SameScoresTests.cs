using System.Net.Http.Json;
using System.Text.Json;
using CllClip.Portal.Tests.Hosting;
using CllClip.Shared.Results;
using Xunit;

namespace CllClip.Portal.Tests.Commands;

/// <summary>The same request and seed through the HTTP API of one process and the command line of another, on Emoji36 and the base model that ship.</summary>
public sealed class SameScoresTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task A_run_over_http_and_one_on_the_command_line_give_the_same_scores_to_the_last_bit()
    {
        Assert.SkipUnless(PreparedData.IsThere, "The npm packages of Emoji36 are not installed: run npm ci.");
        using var folder = new TemporaryFolder();
        var overHttp = await OverHttpAsync(folder.PreparedDataRoot());
        using var other = new TemporaryFolder();
        var onTheCommandLine = await OnTheCommandLineAsync(other.PreparedDataRoot());
        Assert.NotEmpty(overHttp);
        Assert.Equal([1, 2], overHttp.Select(s => s.Stage).Distinct());
        Assert.Equal(overHttp, onTheCommandLine); // records of doubles: equal means the same value, in the same order
        Assert.Equal(
            overHttp.Select(s => BitConverter.DoubleToInt64Bits(s.Recall)),
            onTheCommandLine.Select(s => BitConverter.DoubleToInt64Bits(s.Recall))
        );
    }

    private static async Task<List<Score>> OverHttpAsync(string dataRoot)
    {
        var stop = TestContext.Current.CancellationToken;
        using var portal = PortalProcess.Portal(dataRoot);
        using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
        await UntilAsync(async () => (await client.GetAsync("/health/ready", stop)).IsSuccessStatusCode, portal);
        var answer = await client.PostAsJsonAsync(
            "/api/v1/runs",
            new
            {
                method = "cll-clip",
                teir = true,
                languages = new[] { "en", "de" },
                epochs = 1,
                seed = 11,
                device = "cpu",
                options = new { vocabularySize = 500 },
            },
            stop
        );
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(stop));
        var path = answer.Headers.Location!.OriginalString;
        await UntilAsync(
            async () =>
            {
                var run = await client.GetFromJsonAsync<JsonElement>(path, stop);
                var state = run.GetProperty("state").GetString();
                Assert.True(state != "Failed", run.ToString());
                return state == "Completed";
            },
            portal
        );
        return (await client.GetFromJsonAsync<List<Score>>($"{path}/scores", stop))!;
    }

    private static async Task<List<Score>> OnTheCommandLineAsync(string dataRoot)
    {
        string[] args =
        [
            .. "run --method cll-clip --teir --languages en,de --epochs 1 --seed 11 --device cpu --option vocabularySize=500 --json".Split(
                ' '
            ),
        ];
        using var command = PortalProcess.Command(dataRoot, args);
        var code = await command.EndAsync((int)Patience.TotalSeconds);
        Assert.True(code == 0, $"{code}: {command.Errors}");
        using var json = JsonDocument.Parse(command.Output);
        return json.RootElement.GetProperty("scores").Deserialize<List<Score>>(JsonSerializerOptions.Web)!;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, PortalProcess portal)
    {
        var end = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < end, $"Too long.\n{portal.Output}\n{portal.Errors}");
            await Task.Delay(250, TestContext.Current.CancellationToken);
        }
    }
}
