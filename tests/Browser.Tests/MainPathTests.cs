using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>What a newcomer does, in a real browser against the real portal: launch, watch, rank, search.</summary>
public sealed class MainPathTests(BrowserSession session) : IClassFixture<BrowserSession>
{
    private const int TrainingTimeout = 600_000; // a shared machine may be slow; alone it takes some 20 seconds

    [Fact]
    public async Task A_run_launched_from_the_form_is_seen_live_stands_on_the_leaderboard_and_searches()
    {
        PortalHost.RequireData();
        using var host = new PortalHost();
        var (page, errors) = await session.OpenAsync(host.Address);
        var frames = 0;
        page.WebSocket += (_, socket) =>
        {
            if (socket.Url.Contains("/_blazor", StringComparison.Ordinal))
            {
                socket.FrameReceived += (_, _) => Interlocked.Increment(ref frames);
            }
        };

        var id = await LaunchAsync(page);
        await WatchAsync(page, () => Volatile.Read(ref frames));
        var recall = await page.Locator("dl.facts div", new() { HasText = "AR text → image" }).Locator(".percent").InnerTextAsync();

        await FindOnLeaderboardAsync(page, id, recall);
        await SearchWithItAsync(page, id);

        await BrowserSession.GoAsync(page, "/");
        await Assertions.Expect(page.Locator(".best a[href='/runs/" + id + "']")).ToBeVisibleAsync();
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    // The form opens as the Tour: two of its six languages are kept, for one epoch.
    private static async Task<string> LaunchAsync(IPage page)
    {
        await BrowserSession.GoAsync(page, "/launch");
        foreach (var language in new[] { "Japanese", "Hindi", "Arabic", "Finnish" })
        {
            await page.GetByRole(AriaRole.Button, new() { Name = $"Remove {language}" }).ClickAsync();
        }
        await Assertions.Expect(page.Locator(".langs li")).ToHaveCountAsync(2);
        await page.Locator("#epochs").FillAsync("1");
        await page.Locator("#run-name").FillAsync("From the browser");
        await page.Locator("button[type=submit]").ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/runs/[a-z0-9-]+$"), new() { Timeout = 60_000 });
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("From the browser");
        return page.Url[(page.Url.LastIndexOf('/') + 1)..];
    }

    // Progress, scores and the end arrive in the same document, over the circuit's SignalR connection.
    private static async Task WatchAsync(IPage page, Func<int> frames)
    {
        await page.EvaluateAsync("() => { window.sameDocument = true; }");
        var bar = page.Locator("section[aria-label=Progress] [role=progressbar]");
        var seen = new SortedSet<double>();
        var before = frames();
        var completed = page.Locator(".page-head .chip.completed");
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (await completed.CountAsync() == 0)
        {
            Assert.Equal(0, await page.Locator(".notice.error").CountAsync());
            Assert.True(clock.ElapsedMilliseconds < TrainingTimeout, "The run did not end.");
            if (await ValueAsync(bar) is { } now)
            {
                seen.Add(double.Parse(now, CultureInfo.InvariantCulture));
            }
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        Assert.True(seen.Count > 3, $"Progress seen: {string.Join(", ", seen)}.");
        Assert.True(frames() - before > seen.Count, "The news did not come over the page's SignalR connection.");
        Assert.True(await page.EvaluateAsync<bool>("() => window.sameDocument === true"));
        await Assertions.Expect(page.Locator(".matrix td[class^='heat-']")).ToHaveCountAsync(3); // en; then en and de
    }

    // The bar may go between being found and being read: the run came to its end.
    private static async Task<string?> ValueAsync(ILocator bar)
    {
        try
        {
            return await bar.CountAsync() > 0 ? await bar.First.GetAttributeAsync("aria-valuenow", new() { Timeout = 1000 }) : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private static async Task FindOnLeaderboardAsync(IPage page, string id, string recall)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Leaderboard" }).First.ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/leaderboard$"));
        var row = page.Locator("tbody tr", new() { Has = page.Locator($"a[href='/runs/{id}']") });
        await Assertions.Expect(row.Locator(".place")).ToHaveTextAsync("1");
        await Assertions.Expect(row.Locator("td.sum").First).ToHaveTextAsync(new Regex("^" + Regex.Escape(recall))); // its interval follows
        await Assertions.Expect(row.Locator("td[class^='heat-']")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("tbody tr.published").First).ToBeVisibleAsync();
        await row.Locator($"a[href='/runs/{id}']").ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"/runs/{id}$"));
    }

    private static async Task SearchWithItAsync(IPage page, string id)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Search with it" }).ClickAsync();
        await Assertions.Expect(page.Locator("#search-box")).ToBeVisibleAsync();
        await page.Locator("form.ask select").SelectOptionAsync("de"); // "hund" is Danish as well
        await page.Locator("#search-box").FillAsync("Hund");
        var dog = page.Locator(".hit", new() { Has = page.Locator("bdi", new() { HasTextRegex = new Regex("^Hund") }) });
        await Assertions.Expect(dog.First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"checkpoint={id}(%3A|:)2"));
        await Assertions.Expect(page.Locator(".picker select").First).ToHaveValueAsync(id);
        Assert.True(
            await page.Locator(".hit img").First.EvaluateAsync<bool>("async img => { await img.decode(); return img.naturalWidth > 0; }"),
            "The drawing cannot be shown."
        );
    }
}
