using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>
/// Three people from the home page to what they came for, against the real portal: a visitor who searches in Hindi, a lab member who keeps a machine busy, a
/// doctoral student who needs a table. Pictures of the stations go to the folder CLLCLIP_JOURNEY_SHOTS, where it is set.
/// </summary>
public sealed class JourneyTests(BrowserSession session) : IClassFixture<BrowserSession>
{
    private const float Training = 600_000; // ms: a shared machine may be slow; alone it takes some 40 seconds
    private static readonly string? Shots = Environment.GetEnvironmentVariable("CLLCLIP_JOURNEY_SHOTS");

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    public async Task A_visitor_searches_in_Hindi_and_sees_how_others_say_it(int width, ColorScheme scheme)
    {
        PortalHost.RequireData();
        using var host = new PortalHost();
        var (page, errors) = await session.OpenAsync(host.Address, width, 900, scheme);
        await BrowserSession.GoAsync(page, "/");
        await page.Locator("a.door[href='/search']").ClickAsync();
        var box = page.Locator("#search-box");
        await box.FillAsync("मछली"); // fish
        var fish = page.Locator(".hit").Filter(new() { HasTextRegex = new Regex("मछली|मत्स्य") }).First;
        await Assertions.Expect(fish).ToBeVisibleAsync(new() { Timeout = Training });
        await Assertions.Expect(page.Locator(".status")).ToContainTextAsync("हिन्दी");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("q=%E0%A4%AE"));
        await StationAsync(page, $"visitor-{width}-search");

        await box.FillAsync("سمكة"); // the same in Arabic, from right to left
        await Assertions.Expect(page.Locator(".status")).ToContainTextAsync("العربية");
        Assert.Equal("rtl", await box.EvaluateAsync<string>("e => getComputedStyle(e).direction"));
        await StationAsync(page, $"visitor-{width}-arabic");

        await page.Locator(".hits a.words").First.ClickAsync();
        await Assertions.Expect(page.Locator("main table tbody tr")).ToHaveCountAsync(36, new() { Timeout = Training });
        await Assertions.Expect(page.Locator("td[lang=he]").First).ToHaveAttributeAsync("dir", "rtl");
        await StationAsync(page, $"visitor-{width}-words");
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_lab_member_launches_a_sweep_and_a_student_compares_it_and_takes_the_table_home()
    {
        PortalHost.RequireData();
        using var host = new PortalHost();
        var (page, errors) = await session.OpenAsync(host.Address);
        var sweep = await LaunchSweepAsync(page);
        await KeepBusyAsync(page, sweep);
        await CompareAsync(page, sweep);
        await ReadAnswersAsync(page, sweep);
        await TakeTableAsync(page);
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    // Two languages, with and without TEIR: two runs that make a sweep.
    private static async Task<string> LaunchSweepAsync(IPage page)
    {
        await BrowserSession.GoAsync(page, "/");
        await page.Locator("a.door[href='/launch']").ClickAsync();
        foreach (var language in new[] { "Japanese", "Hindi", "Arabic", "Finnish" })
        {
            await page.GetByRole(AriaRole.Button, new() { Name = $"Remove {language}" }).ClickAsync();
        }
        await page.Locator("#tags").FillAsync("night shift");
        await page.GetByText("and once more without it").ClickAsync();
        await StationAsync(page, "lab-launch");
        await page.Locator("button[type=submit]").ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/sweeps/[a-z0-9]+|[?&]sweep="), new() { Timeout = 60_000 });
        return Regex.Match(page.Url, "(?:/sweeps/|sweep=)([a-z0-9]+)").Groups[1].Value;
    }

    // What runs next is seen, one run is stopped and goes on later.
    private static async Task KeepBusyAsync(IPage page, string sweep)
    {
        await BrowserSession.GoAsync(page, "/runs/schedule");
        await Assertions.Expect(page.Locator(".lane tbody .name a[href^='/runs/']")).ToHaveCountAsync(2);
        await StationAsync(page, "lab-schedule");
        await page.Locator(".lane tbody .name a[href^='/runs/']").Last.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".page-head .chip.stopped")).ToBeVisibleAsync(new() { Timeout = Training });
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume", Exact = true }).ClickAsync();
        await BrowserSession.GoAsync(page, $"/sweeps/{sweep}");
        await Assertions.Expect(page.Locator("table.runs .chip.completed")).ToHaveCountAsync(2, new() { Timeout = Training });
        await StationAsync(page, "lab-sweep");
    }

    private static async Task CompareAsync(IPage page, string sweep)
    {
        await BrowserSession.GoAsync(page, $"/sweeps/{sweep}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Compare" }).First.ClickAsync();
        var conclusion = page.Locator(
            "section",
            new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = "What may be concluded" }) }
        );
        await Assertions.Expect(conclusion).ToContainTextAsync("seed", new() { Timeout = Training });
        await StationAsync(page, "student-compare");
    }

    // A cell opens its queries, with pictures and tokens; and a kind of queries that the cell has none of says so.
    private static async Task ReadAnswersAsync(IPage page, string sweep)
    {
        await BrowserSession.GoAsync(page, $"/sweeps/{sweep}");
        await page.Locator("table.runs tbody .name a[href^='/runs/']").First.ClickAsync();
        await page.Locator(".matrix td a").First.ClickAsync(new() { Timeout = Training });
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/answers"));
        await Assertions.Expect(page.Locator(".answers .asked img").First).ToBeVisibleAsync(new() { Timeout = Training });
        await Assertions.Expect(page.Locator(".answers .caption").First).ToHaveAttributeAsync("lang", new Regex("[a-z]{2}"));
        await Assertions.Expect(page.GetByText("95 % interval")).ToBeVisibleAsync();
        await StationAsync(page, "student-answers");
        var export = page.Locator(".page-head details.menu");
        await export.Locator("summary").ClickAsync();
        var file = await page.RunAndWaitForDownloadAsync(() => export.GetByText("JSON").ClickAsync());
        using var queries = JsonDocument.Parse(await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken));
        // Every query of the cell, not the page's twenty.
        var shown = await page.Locator(".kinds button .num").AllInnerTextsAsync();
        Assert.Equal(
            queries.RootElement.EnumerateArray().Count(q => !q.GetProperty("right").GetBoolean()),
            int.Parse(string.Concat(shown[0].Where(char.IsAsciiDigit)), CultureInfo.InvariantCulture)
        );
    }

    private static async Task TakeTableAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Leaderboard" }).First.ClickAsync();
        var own = page.Locator("tbody tr", new() { HasText = "CLL-CLIP" });
        await Assertions.Expect(own.First).ToBeVisibleAsync();
        await StationAsync(page, "student-leaderboard");
        var export = page.Locator("details.menu", new() { Has = page.GetByText("LaTeX") });
        await export.Locator("summary").First.ClickAsync();
        var file = await page.RunAndWaitForDownloadAsync(() => export.GetByText("LaTeX").First.ClickAsync());
        var table = await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Contains("\\toprule", table, StringComparison.Ordinal);
        Assert.Contains("CLL-CLIP + TEIR", table, StringComparison.Ordinal);
    }

    // A picture, and nothing serious in axe's eyes, with real data.
    private static async Task StationAsync(IPage page, string name)
    {
        if (Shots is { Length: > 0 })
        {
            await page.WaitForTimeoutAsync(500);
            await page.ScreenshotAsync(new() { Path = Path.Combine(Shots, name + ".png"), FullPage = true });
        }
        var serious = await Axe.SeriousAsync(page, name);
        Assert.True(serious.Count == 0, string.Join('\n', serious));
    }
}
