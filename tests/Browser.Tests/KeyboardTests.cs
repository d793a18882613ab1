using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>
/// From the home page to a finished run and its place on the leaderboard without a pointer: only Tab, Enter, Space, arrows and typing. Every place that the focus
/// rests on must show it.
/// </summary>
public sealed class KeyboardTests(BrowserSession session) : IClassFixture<BrowserSession>
{
    private const float Training = 600_000; // ms: a shared machine may be slow

    private const string FocusIsShown = """
        () => {
          const e = document.activeElement;
          if (!e || e === document.body) return true;
          const drawn = (x) => { const s = getComputedStyle(x); return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; };
          return drawn(e) || (e.parentElement && drawn(e.parentElement)) || e.matches('main, h1');
        }
        """;

    [Fact]
    public async Task A_run_is_launched_stopped_resumed_read_and_found_by_keyboard_alone()
    {
        PortalHost.RequireData();
        using var host = new PortalHost();
        var (page, errors) = await session.OpenAsync(host.Address);
        await BrowserSession.GoAsync(page, "/");

        // A page begins at its heading; from the top of the document the first stop leads past the menu.
        Assert.Equal("H1", await page.EvaluateAsync<string>("() => document.activeElement.tagName"));
        await TabToAsync(page, ".skip-link", backwards: true);
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("main", await page.EvaluateAsync<string>("() => document.activeElement.id"));
        await TabToAsync(page, "a.door[href='/search']");
        await page.Keyboard.PressAsync("Enter");

        // Search: the box, a result, and the result's own picture as the next query.
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/search"));
        await TabToAsync(page, "#search-box");
        await page.Keyboard.TypeAsync("fish");
        await Assertions.Expect(page.Locator(".hit").First).ToContainTextAsync("fish", new() { Timeout = Training });
        await TabToAsync(page, ".hits a");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?&]like="));

        // Launch: two languages are left of the tour's six.
        await TabToAsync(page, ".top-nav a[href='/launch']", backwards: true);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("Launch");
        foreach (var language in new[] { "Japanese", "Hindi", "Arabic", "Finnish" })
        {
            await TabToAsync(page, $"button[aria-label='Remove {language}']");
            await page.Keyboard.PressAsync("Enter");
            await Assertions.Expect(page.Locator($"button[aria-label='Remove {language}']")).ToHaveCountAsync(0);
        }
        await TabToAsync(page, "main form button[type=submit]");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/runs/[a-z0-9]{6,}"), new() { Timeout = 60_000 });
        var run = new Uri(page.Url).AbsolutePath;

        // The run: stopped, resumed, watched to its end.
        await Assertions.Expect(page.Locator(".page-head .chip.running")).ToBeVisibleAsync(new() { Timeout = Training });
        await PressAsync(page, "Stop");
        await Assertions.Expect(page.Locator(".page-head .chip.stopped")).ToBeVisibleAsync(new() { Timeout = Training });
        await PressAsync(page, "Resume");
        await Assertions.Expect(page.Locator(".page-head .chip.completed")).ToBeVisibleAsync(new() { Timeout = Training });
        await TabToAsync(page, ".matrix td a");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/answers"));

        // The leaderboard: sorted by forgetting, the export's menu opened and left by Escape.
        await TabToAsync(page, ".top-nav a[href='/leaderboard']", backwards: true);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator($"a[href='{run}']").First).ToBeVisibleAsync();
        await TabToAsync(page, "details.menu:has(a[download]) > summary");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("details.menu[open] a[download]").First).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("details.menu[open]")).ToHaveCountAsync(0);
        Assert.Equal("SUMMARY", await page.EvaluateAsync<string>("() => document.activeElement.tagName"));
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    private static async Task PressAsync(IPage page, string button)
    {
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true })).ToBeVisibleAsync();
        for (var presses = 0; presses < 250; presses++)
        {
            if (await page.EvaluateAsync<string>("() => document.activeElement?.innerText?.trim() ?? ''") == button)
            {
                await page.Keyboard.PressAsync("Enter");
                return;
            }
            await page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"Tab does not reach the button {button}.");
    }

    /// <summary>Presses Tab until the focus is on an element that fits, and holds every step against being visible.</summary>
    private static async Task TabToAsync(IPage page, string selector, bool backwards = false)
    {
        await Assertions.Expect(page.Locator(selector).First).ToBeAttachedAsync();
        for (var presses = 0; presses < 250; presses++)
        {
            if (await page.EvaluateAsync<bool>("s => document.activeElement?.matches(s) ?? false", selector))
            {
                return;
            }
            await page.Keyboard.PressAsync(backwards ? "Shift+Tab" : "Tab");
            Assert.True(
                await page.EvaluateAsync<bool>(FocusIsShown),
                "The focus cannot be seen on " + await page.EvaluateAsync<string>("() => document.activeElement.outerHTML.slice(0, 200)")
            );
        }
        Assert.Fail($"Tab does not reach {selector}.");
    }
}
