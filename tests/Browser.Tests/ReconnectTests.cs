using CllClip.Portal.Tests;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>An open page over the death and the return of its portal.</summary>
public sealed class ReconnectTests(BrowserSession session) : IClassFixture<BrowserSession>, IDisposable
{
    private const float Long = 120_000; // ms: Blazor itself tries again for a while before it gives the circuit up
    private readonly string _root = Directory.CreateTempSubdirectory("cllclip-reconnect-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_page_says_that_its_portal_is_gone_and_comes_back_by_itself_to_where_it_was()
    {
        Chromium.Require();
        PreparedData.LinkInto(_root);
        Uri address;
        IPage page;
        using (var portal = PortalProcess.Portal(_root))
        {
            address = await portal.AddressAsync();
            (page, _) = await session.OpenAsync(address.ToString());
            await BrowserSession.GoAsync(page, "/runs?q=teir");
            portal.Kill();
            await Assertions.Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync(new() { Timeout = Long });
            await Assertions.Expect(page.Locator("#components-reconnect-modal")).ToContainTextAsync("Connection lost");
        }
        using var again = PortalProcess.Portal(_root, "--urls", address.ToString().TrimEnd('/'));
        await again.AddressAsync();
        await Assertions.Expect(page.Locator("#components-reconnect-modal")).ToBeHiddenAsync(new() { Timeout = Long });
        await page.WaitForFunctionAsync("() => window.portal?.ready === true", null, new() { Timeout = Long });
        Assert.EndsWith("/runs?q=teir", page.Url, StringComparison.Ordinal);
        await page.Locator("a.brand, .top-nav a[href='/leaderboard']").Last.ClickAsync(); // it answers
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/leaderboard"));
        await page.Context.CloseAsync();
    }
}
