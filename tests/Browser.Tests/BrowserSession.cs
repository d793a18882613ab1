using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>One browser for all tests of a class.</summary>
public sealed class BrowserSession : IAsyncLifetime
{
    private const float Patience = 60_000; // ms: the other suites and a portal under preparation share two cores with the browser

    private IPlaywright? _playwright;

    /// <summary>The browser; only after <see cref="Chromium.Require"/>.</summary>
    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (Chromium.Path is null)
        {
            return;
        }
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        Browser = await Chromium.LaunchAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }

    /// <summary>A page that collects what goes wrong in it.</summary>
    public async Task<(IPage Page, List<string> Errors)> OpenAsync(
        string address,
        int width = 1440,
        int height = 900,
        ColorScheme scheme = ColorScheme.Light
    )
    {
        var context = await Browser.NewContextAsync(
            new BrowserNewContextOptions
            {
                BaseURL = address,
                ViewportSize = new ViewportSize { Width = width, Height = height },
                ColorScheme = scheme,
                Locale = "en-GB",
            }
        );
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(Patience);
        var errors = new List<string>();
        page.PageError += (_, e) => errors.Add(e);
        page.Console += (_, m) =>
        {
            if (m.Type == "error")
            {
                errors.Add(m.Text);
            }
        };
        return (page, errors);
    }

    /// <summary>Goes to a page and waits until its circuit answers.</summary>
    public static async Task GoAsync(IPage page, string path)
    {
        ArgumentNullException.ThrowIfNull(page);
        await page.GotoAsync(path);
        await page.WaitForFunctionAsync("() => window.portal?.ready === true");
    }
}
