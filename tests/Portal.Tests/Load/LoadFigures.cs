using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using CllClip.Portal.Tests.Hosting;
using CllClip.Portal.Tests.Hubs;
using Microsoft.AspNetCore.SignalR.Client;
using Xunit;

namespace CllClip.Portal.Tests.Load;

/// <summary>
/// Takes long, so it runs alone and when asked: 200 people watch a run, 50 search, and the run goes on. Figures in docs/benchmarks/load.md.
/// <code>CLLCLIP_LOAD_MINUTES=10 dotnet run -c Release --project tests/Portal.Tests -- --explicit only --filter-method "*A_full_house" --show-live-output on</code>
/// </summary>
public sealed class LoadFigures : IDisposable
{
    private const int Watching = 200;
    private const int Searching = 50;
    private const int Listening = 4;
    private const double WarmMinutes = 12;
    private const double FlatMinutes = 30;
    private const double MostGrowth = 1.05;
    private const double MostOfTheTraining = 0.1;
    private const double LongestAnswer = 500; // ms, of 99 of 100
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(2);
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Explicit = true)]
    public async Task A_full_house()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable("CLLCLIP_LOAD_MINUTES") ?? "10", CultureInfo.InvariantCulture);
        using var portal = PortalProcess.Portal(_folder.PreparedDataRoot());
        using var http = new HttpClient { BaseAddress = await portal.AddressAsync() };
        await LoadRuns.UntilAsync(http, await LoadRuns.LaunchAsync(http, 2, 1, Stop), "Completed", Stop); // what is compiled and read once

        var run = await LoadRuns.LaunchAsync(http, LoadRuns.MostLanguages, (int)Math.Ceiling(10 * minutes), Stop); // longer than anybody looks: a stage a minute or so
        var ears = new List<Ear>();
        for (var i = 0; i < Listening; i++)
        {
            var ear = new Ear(http.BaseAddress!);
            await ear.Hub.StartAsync(Stop);
            await ear.Hub.InvokeAsync("Watch", run, Stop);
            ears.Add(ear);
        }
        using var viewers = await Viewers.OpenAsync(new Uri(http.BaseAddress!, $"/runs/{run}"), Watching, Stop);
        Say($"{Watching} pages are open; {Searching} begin to search");
        await using var searchers = new Searchers(http.BaseAddress!, Searching);
        var memory = new List<(double Resident, double Managed)>();
        var (began, before) = (Stopwatch.GetTimestamp(), portal.ProcessorTimes("training"));
        while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(minutes))
        {
            await Task.Delay(TimeSpan.FromSeconds(10), Stop);
            memory.Add((portal.ResidentBytes / 1e6, await ManagedAsync(http)));
            if (memory.Count % 6 == 0)
            {
                Say(
                    $"{Stopwatch.GetElapsedTime(began).TotalMinutes:0.0} min: {memory[^1].Resident:0} MB resident, {memory[^1].Managed:0} MB managed, {searchers.Answers} searches"
                );
            }
        }
        var took = portal.ProcessorTimes("training");
        var answers = await searchers.EndAsync();
        var times = answers.Select(a => a.Milliseconds).Order().ToList();
        var share = (took.Others - before.Others) / (took.Named - before.Named);
        Say($"all that the portal did beside the training took {100 * share:0.0} % of the training's processor time");
        Say(
            $"searches: {times.Count}, median {At(times, 0.5):0} ms, 99 % {At(times, 0.99):0} ms, longest {times[^1]:0} ms; {answers.Count(a => a.Status != 200)} were not answered with 200"
        );
        if (minutes > WarmMinutes)
        {
            memory.RemoveRange(0, (int)(6 * WarmMinutes)); // the heap has come to its working size
        }
        var third = memory.Count / 3;
        Say(
            $"memory after {(minutes > WarmMinutes ? WarmMinutes : 0)} minutes, first and last third: {memory[..third].Average(m => m.Resident):0} and {memory[^third..].Average(m => m.Resident):0} MB resident, {memory[..third].Average(m => m.Managed):0} and {memory[^third..].Average(m => m.Managed):0} MB managed"
        );
        await StoppedAsync(http, run);
        var seen = await viewers.CloseAsync(Stop);
        Say($"the pages received {seen.Batches} batches, {seen.Bytes / 1e6:0.0} MB; {seen.Closed} were closed by the portal");
        await HeardAsync(http, run, ears);
        Assert.Equal((Watching, 0), (seen.Pages, seen.Closed));
        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.True(share < MostOfTheTraining, $"{100 * share:0.0} % of the training's processor time");
        Assert.True(At(times, 0.99) < LongestAnswer, $"99 % of the answers within {At(times, 0.99):0} ms");
        if (minutes >= WarmMinutes + FlatMinutes)
        {
            var (first, last) = (memory[..third].Average(m => m.Resident), memory[^third..].Average(m => m.Resident));
            Assert.True(last < MostGrowth * first, $"memory grew from {first:0} to {last:0} MB");
        }
    }

    /// <summary>Every listener heard each score once, and each state from the one that it came to.</summary>
    private static async Task HeardAsync(HttpClient http, string run, List<Ear> ears)
    {
        var scores = (await http.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{run}/scores", Stop)).GetArrayLength();
        var history = (await http.GetFromJsonAsync<JsonElement>($"/api/v1/runs/{run}/history", Stop))
            .EnumerateArray()
            .Select(State)
            .ToList();
        foreach (var ear in ears)
        {
            for (var i = 0; i < 100 && (ear.Scores.Count != scores || State(ear.States[^1]) != history[^1]); i++)
            {
                await Task.Delay(100, Stop);
            }
            var states = ear.States.Select(State).ToList();
            Say(
                $"a listener heard {ear.Scores.Count} of {scores} scores, and of {string.Join(' ', history)} the states {string.Join(' ', states)}"
            );
            Assert.Equal(scores, ear.Scores.Count);
            Assert.Equal(history.TakeLast(states.Count), states);
            Assert.InRange(states.Count, history.Count - 1, history.Count); // it may have come after the run was queued
            await ear.DisposeAsync();
        }

        static string? State(JsonElement of) => of.GetProperty("state").GetString();
    }

    private static async Task StoppedAsync(HttpClient http, string run)
    {
        var began = Stopwatch.GetTimestamp();
        using (var stopped = await http.PostAsync($"/api/v1/runs/{run}/stop", null, Stop))
        {
            stopped.EnsureSuccessStatusCode();
        }
        await LoadRuns.UntilAsync(http, run, "Stopped", Stop);
        var took = Stopwatch.GetElapsedTime(began);
        Say($"the run stopped within {took.TotalSeconds:0.0} s");
        Assert.True(took < LongestStop, $"the run stopped after {took}");
    }

    private static async Task<double> ManagedAsync(HttpClient http) =>
        (await http.GetStringAsync("/metrics", Stop))
            .Split('\n')
            .Where(l => l.StartsWith("dotnet_total_memory_bytes", StringComparison.Ordinal))
            .Select(l => double.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture) / 1e6)
            .FirstOrDefault();

    private static double At(List<double> sorted, double share) => sorted[(int)(share * (sorted.Count - 1))];

    private static void Say(string text) => TestContext.Current.TestOutputHelper!.WriteLine(text);
}
