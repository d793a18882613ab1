using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>The Chromium that the tests drive: one of the machine's, never downloaded.</summary>
public static class Chromium
{
    private static readonly string[] Places =
    [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/usr/bin/google-chrome-stable",
        "/snap/bin/chromium",
    ];

    /// <summary>Path of the browser; null if none is installed.</summary>
    public static string? Path { get; } =
        Environment.GetEnvironmentVariable("CLLCLIP_CHROMIUM") is { Length: > 0 } set ? set : Places.FirstOrDefault(File.Exists);

    /// <summary>Skips the test where there is no browser; with CLLCLIP_REQUIRE_BROWSER=1 that is a failure instead.</summary>
    public static void Require()
    {
        if (Path is not null && File.Exists(Path))
        {
            return;
        }
        const string reason = "No Chromium found: install it (Debian: apt-get install chromium) or set CLLCLIP_CHROMIUM to its path.";
        if (Environment.GetEnvironmentVariable("CLLCLIP_REQUIRE_BROWSER") == "1")
        {
            Assert.Fail(reason);
        }
        Assert.Skip(reason);
    }

    /// <summary>Starts the browser without a window.</summary>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        ArgumentNullException.ThrowIfNull(playwright);
        return playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions
            {
                ExecutablePath = Path,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"],
            }
        );
    }
}
