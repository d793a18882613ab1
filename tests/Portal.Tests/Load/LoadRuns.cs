using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace CllClip.Portal.Tests.Load;

/// <summary>Runs that people watch while a portal is measured.</summary>
internal static class LoadRuns
{
    private static readonly string[] Languages =
    [
        "en",
        "de",
        "ja",
        "ar",
        "hi",
        "es",
        "fr",
        "ru",
        "th",
        "sw",
        "zh",
        "ko",
        "pl",
        "tr",
        "it",
        "el",
    ];

    public static int MostLanguages => Languages.Length;

    /// <summary>Launches a run, once the portal has measured how fast it is.</summary>
    public static async Task<string> LaunchAsync(HttpClient http, int languages, int epochs, CancellationToken stop)
    {
        var request = new
        {
            method = "cll-clip",
            teir = true,
            languages = Languages[..languages],
            epochs,
        };
        for (var end = DateTime.UtcNow.AddMinutes(3); ; await Task.Delay(300, stop))
        {
            using var answer = await http.PostAsJsonAsync("/api/v1/runs", request, stop);
            if (answer.IsSuccessStatusCode)
            {
                return (await answer.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("id").GetString()!;
            }
            Assert.True(DateTime.UtcNow < end, await answer.Content.ReadAsStringAsync(stop));
        }
    }

    /// <summary>Waits for a state.</summary>
    public static async Task UntilAsync(HttpClient http, string run, string state, CancellationToken stop)
    {
        for (var end = DateTime.UtcNow.AddMinutes(8); ; await Task.Delay(200, stop))
        {
            var now = (await http.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{run}", stop)).GetProperty("state").GetString();
            if (now == state)
            {
                return;
            }
            Assert.NotEqual("Failed", now);
            Assert.True(DateTime.UtcNow < end, $"The run is {now}, not {state}.");
        }
    }
}
