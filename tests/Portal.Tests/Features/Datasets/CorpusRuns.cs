using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace CllClip.Portal.Tests.Features.Datasets;

/// <summary>Registers data sets and trains on them through the HTTP API.</summary>
internal static class CorpusRuns
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    /// <summary>Registers a folder and waits until it is prepared.</summary>
    public static async Task<JsonElement> ReadyAsync(HttpClient client, string folder, string id)
    {
        using var made = await client.PostAsJsonAsync("/api/v1/datasets", new { folder, id }, Stop);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal($"/api/v1/datasets/{id}", made.Headers.Location?.ToString());
        var ready = await UntilAsync(client, $"/api/v1/datasets/{id}", d => Text(d, "state") is "ready" or "failed");
        Assert.True(Text(ready, "state") == "ready", ready.ToString());
        return ready;
    }

    /// <summary>Learns English and German and waits for the end.</summary>
    public static async Task<(string Address, JsonElement Run)> LearnAsync(HttpClient client, string dataset, params string[] testSets)
    {
        var run = new
        {
            method = "cll-clip",
            teir = true,
            dataset,
            testSets,
            model = "emoji-base",
            languages = new[] { "en", "de" },
            epochs = 1,
            options = new Dictionary<string, object> { ["batchSize"] = 8, ["vocabularySize"] = 100 },
        };
        using var launched = await client.PostAsJsonAsync("/api/v1/runs", run, Stop);
        Assert.True(launched.StatusCode == HttpStatusCode.Created, await launched.Content.ReadAsStringAsync(Stop));
        var address = launched.Headers.Location!.ToString();
        var done = await UntilAsync(client, address, r => Text(r, "state") is "Completed" or "Failed");
        Assert.True(Text(done, "state") == "Completed", done.ToString());
        return (address, done);
    }

    public static async Task<JsonElement> UntilAsync(HttpClient client, string address, Func<JsonElement, bool> good)
    {
        for (var end = DateTime.UtcNow + Patience; ; )
        {
            var now = await client.GetFromJsonAsync<JsonElement>(address, Stop);
            if (good(now))
            {
                return now;
            }
            Assert.True(DateTime.UtcNow < end, now.ToString());
            await Task.Delay(200, Stop);
        }
    }
}
