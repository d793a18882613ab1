using System.Globalization;
using CllClip.Portal.Tests.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Load;

/// <summary>
/// What those who watch and search take from the training (docs/benchmarks/load.md). Minutes with and without them alternate within one task of one run: between
/// runs that follow each other, the same training differs by a third on a machine that others share. Takes long, so it runs alone and when asked:
/// <code>dotnet run -c Release --project tests/Portal.Tests -- --explicit only --filter-class "*WatchingFigures" --show-live-output on</code>
/// </summary>
public sealed class WatchingFigures : IDisposable
{
    private const int Times = 6;
    private const double Student = 2.571; // 97.5 % of Student's t with 5 degrees of freedom: the 95 % interval of 6 values
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(4);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Explicit = true)]
    public Task A_hundred_open_pages() => CompareAsync(pages: 100, searching: 0, most: 0.03);

    [Fact(Explicit = true)]
    public Task Two_hundred_open_pages_and_fifty_who_search() => CompareAsync(pages: 200, searching: 50, most: 0.1);

    private async Task CompareAsync(int pages, int searching, double most)
    {
        using var portal = PortalProcess.Portal(_folder.PreparedDataRoot());
        using var http = new HttpClient { BaseAddress = await portal.AddressAsync() };
        await LoadRuns.UntilAsync(http, await LoadRuns.LaunchAsync(http, 2, 1, Stop), "Completed", Stop); // what is compiled and read once
        var run = await LoadRuns.LaunchAsync(http, 2, 1000, Stop); // one task is longer than all that follows
        await LoadRuns.UntilAsync(http, run, "Running", Stop);
        using (var first = await Viewers.OpenAsync(new Uri(http.BaseAddress!, $"/runs/{run}"), pages, Stop)) // what opening and drawing compile
        {
            await Task.Delay(Settling, Stop);
            await first.CloseAsync(Stop);
        }
        var quiet = new List<TrainingWindow> { await QuietAsync() };
        var loaded = new List<TrainingWindow>();
        while (loaded.Count < Times)
        {
            loaded.Add(await LoadedAsync());
            quiet.Add(await QuietAsync());
        }
        // Each window with people between the two without, so that a drift of the machine cancels.
        var slower = loaded
            .Select((w, i) => Math.Log(SecondsPerStep(w) / Math.Sqrt(SecondsPerStep(quiet[i]) * SecondsPerStep(quiet[i + 1]))))
            .ToList();
        var taken = loaded.Select((w, i) => Others(w) - (Others(quiet[i]) + Others(quiet[i + 1])) / 2).ToList();
        var (time, within) = Mean(slower);
        var (share, give) = Mean(taken);
        Say($"processor time beside the training, of the training's, in %: quiet {Row(quiet, Others)}, watched {Row(loaded, Others)}");
        Say($"steps a second: quiet {Row(quiet, w => 0.01 / SecondsPerStep(w))}, watched {Row(loaded, w => 0.01 / SecondsPerStep(w))}");
        Say(
            $"{pages} pages and {searching} who search take {100 * share:0.0} % of the training's processor time (95 % interval ± {100 * give:0.0})"
        );
        Say(
            $"a step takes {Math.Exp(time):0.000} times as long (95 % interval {Math.Exp(time - within):0.000} to {Math.Exp(time + within):0.000})"
        );
        Assert.True(share < most, $"{100 * share:0.0} % of the training's processor time");
        Assert.True(time - within < Math.Log(1 + most), $"a step takes {Math.Exp(time - within):0.000} times as long at least");

        async Task<TrainingWindow> QuietAsync()
        {
            await Task.Delay(Settling, Stop);
            return await TrainingWindow.OfAsync(portal, http, run, Length, Stop);
        }

        async Task<TrainingWindow> LoadedAsync()
        {
            using var viewers = await Viewers.OpenAsync(new Uri(http.BaseAddress!, $"/runs/{run}"), pages, Stop);
            await using var searchers = new Searchers(http.BaseAddress!, searching);
            await Task.Delay(Settling, Stop);
            var window = await TrainingWindow.OfAsync(portal, http, run, Length, Stop);
            var seen = await viewers.CloseAsync(Stop);
            Assert.Equal((pages, 0), (seen.Pages, seen.Closed));
            Assert.All(await searchers.EndAsync(), a => Assert.Equal(200, a.Status));
            return window;
        }
    }

    private static double SecondsPerStep(TrainingWindow window) => window.Seconds / window.Steps;

    private static double Others(TrainingWindow window) => window.Others / window.Training;

    /// <summary>The mean, and half of its 95 % interval.</summary>
    private static (double Mean, double Within) Mean(List<double> values)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
        return (mean, Student * deviation / Math.Sqrt(values.Count));
    }

    private static string Row(IEnumerable<TrainingWindow> windows, Func<TrainingWindow, double> value) =>
        string.Join(' ', windows.Select(w => (100 * value(w)).ToString("0.0", CultureInfo.InvariantCulture)));

    private static void Say(FormattableString text) =>
        TestContext.Current.TestOutputHelper!.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
