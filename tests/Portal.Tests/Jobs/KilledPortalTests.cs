using System.Net.Http.Json;
using System.Text.Json;
using CllClip.Portal.Tests.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>The program itself, killed in the middle of a run on Emoji36.</summary>
public sealed class KilledPortalTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8); // seconds on a free machine
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_of_a_killed_portal_goes_on_by_itself_and_ends_with_the_scores_of_one_that_was_left_alone()
    {
        Assert.SkipUnless(
            PreparedData.IsThere,
            "The npm packages of Emoji36 are not installed: run 'npm ci' in the root of the repository."
        );
        var root = _folder.PreparedDataRoot();
        string id;
        using (var portal = PortalProcess.Portal(root))
        {
            using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
            id = await LaunchAsync(client);
            await UntilAsync(
                client,
                id,
                run =>
                    run.GetProperty("progress") is { ValueKind: JsonValueKind.Object } p
                    && p.GetProperty("stage").GetInt32() == 2
                    && p.GetProperty("step").GetInt32() > 0
            );
            portal.Kill();
        }

        using var again = PortalProcess.Portal(root);
        using var second = new HttpClient { BaseAddress = await again.AddressAsync() };
        var run = await UntilAsync(second, id, r => r.GetProperty("state").GetString() is "Completed" or "Failed");
        Assert.Equal("Completed", run.GetProperty("state").GetString());
        var whole = await LaunchAsync(second);
        await UntilAsync(second, whole, r => r.GetProperty("state").GetString() is "Completed" or "Failed");
        var scores = await second.GetStringAsync($"/api/v1/runs/{id}/scores", TestContext.Current.CancellationToken);
        Assert.NotEqual("[]", scores);
        Assert.Equal(await second.GetStringAsync($"/api/v1/runs/{whole}/scores", TestContext.Current.CancellationToken), scores);
    }

    private static async Task<string> LaunchAsync(HttpClient client)
    {
        var request = new
        {
            method = "cll-clip",
            teir = true,
            languages = new[] { "en", "de" },
            epochs = 1,
        };
        for (var end = DateTime.UtcNow + Patience; DateTime.UtcNow < end; )
        {
            using var answer = await client.PostAsJsonAsync("/api/v1/runs", request, TestContext.Current.CancellationToken);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return body.GetProperty("id").GetString()!;
            }
            Assert.Contains("being prepared", body.GetRawText(), StringComparison.Ordinal);
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
        throw new TimeoutException("The portal did not become ready.");
    }

    private static async Task<JsonElement> UntilAsync(HttpClient client, string id, Func<JsonElement, bool> holds)
    {
        JsonElement run = default;
        for (var end = DateTime.UtcNow + Patience; DateTime.UtcNow < end; )
        {
            run = await client.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{id}", TestContext.Current.CancellationToken);
            if (holds(run))
            {
                return run;
            }
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        throw new TimeoutException($"The run is still {run.GetRawText()}");
    }
}
