using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;

namespace CllClip.Examples;

/// <summary>
/// The HTTP API and the hub from C#. In a console project with the package Microsoft.AspNetCore.SignalR.Client:
/// <c>await Tour.RunAsync(new Uri("http://localhost:5080"), "picture.png", Console.Out);</c>
/// </summary>
public static class Tour
{
    /// <param name="portal">Address of the portal.</param>
    /// <param name="picture">An image file to search by: PNG, JPEG, WebP, GIF or BMP.</param>
    /// <param name="output">Takes what is found.</param>
    /// <param name="token">The portal's token, where it listens for other machines too.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task RunAsync(Uri portal, string picture, TextWriter output, string? token = null, CancellationToken stop = default)
    {
        using var http = new HttpClient { BaseAddress = portal };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        while (!(await http.GetAsync("/health/ready", stop)).IsSuccessStatusCode)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), stop); // the data set is still being prepared
        }

        await output.WriteLineAsync("== methods");
        foreach (var method in (await GetAsync(http, "/api/v1/methods", stop)).EnumerateArray())
        {
            await output.WriteLineAsync($"{method.GetProperty("id")} - {method.GetProperty("name")}");
        }

        await output.WriteLineAsync("== launch a run");
        var run = await LaunchAsync(
            http,
            new
            {
                method = "zero-shot",
                languages = new[] { "en", "de" },
                name = "C# tour",
                tags = new[] { "example" },
            },
            stop
        );
        await output.WriteLineAsync($"run {run}");

        await output.WriteLineAsync("== follow it over the hub");
        await FollowAsync(portal, run, token, output, stop);

        await output.WriteLineAsync("== scores and leaderboard");
        var scores = await http.GetByteArrayAsync($"/api/v1/runs/{run}/scores.csv", stop);
        var board = await http.GetStringAsync("/api/v1/leaderboard?dataset=emoji36&languages=en,de&format=csv", stop);
        await output.WriteLineAsync($"{scores.Length} bytes of scores, {board.Split('\n').Length - 2} rows on the leaderboard");

        await output.WriteLineAsync("== search, by text and by image");
        var found = (await GetAsync(http, "/api/v1/search?lang=de&k=3&q=" + Uri.EscapeDataString("Schneemann"), stop)).GetProperty(
            "results"
        )[0];
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(await File.ReadAllBytesAsync(picture, stop)), "file", Path.GetFileName(picture) },
        };
        var alike = await ReadAsync(await http.PostAsync("/api/v1/search/image?k=3", form, stop), stop);
        await output.WriteLineAsync($"{found.GetProperty("title")}; alike: {alike.GetProperty("results")[0].GetProperty("title")}");

        await output.WriteLineAsync("== stop and resume");
        var longRun = await LaunchAsync(
            http,
            new
            {
                method = "cll-clip",
                languages = new[] { "en", "de" },
                epochs = 50,
                name = "C# tour, long",
            },
            stop
        );
        await PostAsync(http, $"/api/v1/runs/{longRun}/stop", stop);
        await WaitAsync(http, longRun, "Stopped", stop);
        var resumed = await PostAsync(http, $"/api/v1/runs/{longRun}/resume", stop);
        await output.WriteLineAsync($"resumed: {resumed.GetProperty("state")}");
        await PostAsync(http, $"/api/v1/runs/{longRun}/stop", stop);
        await WaitAsync(http, longRun, "Stopped", stop);
        await http.DeleteAsync($"/api/v1/runs/{longRun}", stop);

        await output.WriteLineAsync("== import scores from elsewhere: look first, then store");
        const string Import = "/api/v1/runs/import?method=zero-shot&source=C%23%20tour";
        var preview = await ImportAsync(http, Import + "&preview=true", scores, stop);
        var imported = (await ImportAsync(http, Import, scores, stop)).GetProperty("id").GetString();
        await output.WriteLineAsync($"imported {imported}: {preview.GetProperty("scores")} scores");

        await http.DeleteAsync($"/api/v1/runs/{imported}", stop);
        await http.DeleteAsync($"/api/v1/runs/{run}", stop);
        await output.WriteLineAsync("== done");
    }

    /// <summary>Listens until the run is at rest. Watch first tells what has been, so nothing is missed however late one comes.</summary>
    private static async Task FollowAsync(Uri portal, string run, string? token, TextWriter output, CancellationToken stop)
    {
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(portal, "/hubs/runs"), options => options.AccessTokenProvider = () => Task.FromResult(token))
            .WithAutomaticReconnect()
            .Build();
        var scores = 0;
        hub.On<JsonElement>("score", _ => Interlocked.Increment(ref scores));
        hub.On<JsonElement>(
            "state",
            state =>
            {
                if (state.GetProperty("state").GetString() is "Completed" or "Failed" or "Stopped")
                {
                    ended.TrySetResult(state.GetProperty("state").GetString()!);
                }
            }
        );
        await hub.StartAsync(stop);
        await hub.InvokeAsync("Watch", run, stop);
        await output.WriteLineAsync($"{await ended.Task.WaitAsync(stop)} after {scores} scores");
    }

    private static async Task<string> LaunchAsync(HttpClient http, object request, CancellationToken stop) =>
        (await ReadAsync(await http.PostAsJsonAsync("/api/v1/runs", request, stop), stop)).GetProperty("id").GetString()!;

    private static async Task WaitAsync(HttpClient http, string run, string state, CancellationToken stop)
    {
        while ((await GetAsync(http, $"/api/v1/runs/{run}", stop)).GetProperty("state").GetString() != state)
        {
            await Task.Delay(TimeSpan.FromSeconds(0.5), stop);
        }
    }

    private static async Task<JsonElement> ImportAsync(HttpClient http, string address, byte[] csv, CancellationToken stop)
    {
        using var content = new ByteArrayContent(csv);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        return await ReadAsync(await http.PostAsync(address, content, stop), stop);
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, CancellationToken stop) =>
        await ReadAsync(await http.PostAsync(path, null, stop), stop);

    private static async Task<JsonElement> GetAsync(HttpClient http, string path, CancellationToken stop) =>
        await ReadAsync(await http.GetAsync(path, stop), stop);

    /// <summary>The answer's JSON; fails with the portal's own words, which name every wrong field.</summary>
    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        using (answer)
        {
            if (!answer.IsSuccessStatusCode)
            {
                throw new HttpRequestException($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(stop)}");
            }
            return await answer.Content.ReadFromJsonAsync<JsonElement>(stop);
        }
    }
}
