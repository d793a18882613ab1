using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using CllClip.Portal.Tests.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Load;

/// <summary>What a portal that trains did for a while.</summary>
/// <param name="Seconds">How long.</param>
/// <param name="Steps">Training steps done meanwhile.</param>
/// <param name="Training">Processor seconds of the training's threads.</param>
/// <param name="Others">Processor seconds of all its other threads: pages, searches, the API.</param>
internal sealed record TrainingWindow(double Seconds, int Steps, double Training, double Others)
{
    /// <summary>From a step to a step, within one task of the run.</summary>
    public static async Task<TrainingWindow> OfAsync(
        PortalProcess portal,
        HttpClient http,
        string run,
        TimeSpan length,
        CancellationToken stop
    )
    {
        var (first, began) = await NextStepAsync(http, run, stop);
        var before = portal.ProcessorTimes("training");
        await Task.Delay(length, stop);
        var after = portal.ProcessorTimes("training");
        var (last, ended) = await NextStepAsync(http, run, stop);
        Assert.Equal(first.Stage, last.Stage);
        return new(
            Stopwatch.GetElapsedTime(began, ended).TotalSeconds,
            last.Step - first.Step,
            (after.Named - before.Named).TotalSeconds,
            (after.Others - before.Others).TotalSeconds
        );
    }

    private static async Task<((int Stage, int Step) Progress, long At)> NextStepAsync(HttpClient http, string run, CancellationToken stop)
    {
        var first = await ProgressAsync();
        for (var end = DateTime.UtcNow.AddMinutes(1); ; await Task.Delay(20, stop))
        {
            if (await ProgressAsync() is { } now && now != first)
            {
                return (now, Stopwatch.GetTimestamp());
            }
            Assert.True(DateTime.UtcNow < end, "No training step for a minute.");
        }

        async Task<(int Stage, int Step)?> ProgressAsync()
        {
            var view = await http.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{run}", stop);
            return view.GetProperty("progress") is { ValueKind: JsonValueKind.Object } progress
                ? (progress.GetProperty("stage").GetInt32(), progress.GetProperty("step").GetInt32())
                : null;
        }
    }
}
