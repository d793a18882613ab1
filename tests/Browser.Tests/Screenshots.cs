using CllClip.Portal.Features.Runs;
using CllClip.Portal.Tests.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>
/// Takes pictures of pages, light and dark, desk and phone (docs/screenshots.md); runs only when asked for:
/// <c>dotnet run --project tests/Browser.Tests -- --explicit only --filter-class CllClip.Browser.Tests.Screenshots</c>.
/// CLLCLIP_SHOTS_URL: a running portal (else one with made-up runs is started); CLLCLIP_SHOTS_PATHS: paths, separated by spaces;
/// CLLCLIP_SHOTS_OUT: the folder to write to; CLLCLIP_SHOTS_FULL=0: only what fits the window.
/// </summary>
public sealed class Screenshots(BrowserSession session) : IClassFixture<BrowserSession>
{
    [Fact(Explicit = true)]
    public async Task Take()
    {
        Chromium.Require();
        var url = Environment.GetEnvironmentVariable("CLLCLIP_SHOTS_URL");
        using var host = string.IsNullOrEmpty(url) ? new PortalHost(PagesTests.Sample()) : null;
        var paths = Environment.GetEnvironmentVariable("CLLCLIP_SHOTS_PATHS") is { Length: > 0 } p
            ? p
            : "/ /launch /runs /runs/1 /runs/36 /runs/3 /runs/gone /nowhere /leaderboard /search /diagnostics /about";
        var folder = Environment.GetEnvironmentVariable("CLLCLIP_SHOTS_OUT") is { Length: > 0 } o
            ? o
            : Path.Combine(Path.GetTempPath(), "cllclip-shots");
        var full = Environment.GetEnvironmentVariable("CLLCLIP_SHOTS_FULL") != "0";
        Directory.CreateDirectory(folder);
        foreach (
            var (scheme, width, height) in new[]
            {
                (ColorScheme.Light, 1440, 900),
                (ColorScheme.Dark, 1440, 900),
                (ColorScheme.Light, 390, 844),
                (ColorScheme.Dark, 390, 844),
            }
        )
        {
            var (page, errors) = await session.OpenAsync(host?.Address ?? url!, width, height, scheme);
            foreach (var path in paths.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                await BrowserSession.GoAsync(page, path);
                await page.WaitForTimeoutAsync(600);
                var name = path.Trim('/').Replace('/', '-').Split('?')[0];
                await page.ScreenshotAsync(
                    new PageScreenshotOptions
                    {
                        Path = Path.Combine(
                            folder,
                            $"{(name.Length == 0 ? "home" : name)}-{scheme.ToString().ToLowerInvariant()}-{width}.png"
                        ),
                        FullPage = full,
                    }
                );
            }
            foreach (var error in errors.Distinct())
            {
                TestContext.Current.TestOutputHelper?.WriteLine(error);
            }
            await page.Context.CloseAsync();
        }
    }
}
