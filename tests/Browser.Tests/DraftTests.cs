using CllClip.Portal.Tests;
using CllClip.Portal.Tests.Hosting;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>What a person typed is there again after the portal died and came back, and in another language of the pages.</summary>
public sealed class DraftTests(BrowserSession session) : IClassFixture<BrowserSession>, IDisposable
{
    private const float Long = 120_000; // ms: Blazor itself tries again for a while before it gives the circuit up
    private readonly string _root = Directory.CreateTempSubdirectory("cllclip-draft-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_half_filled_launch_survives_the_death_of_the_portal_and_another_language_of_the_pages()
    {
        Chromium.Require();
        PreparedData.LinkInto(_root);
        Uri address;
        IPage page;
        using (var portal = PortalProcess.Portal(_root))
        {
            address = await portal.AddressAsync();
            (page, _) = await session.OpenAsync(address.ToString());
            await BrowserSession.GoAsync(page, "/launch");
            await Assertions.Expect(page.Locator("button.primary.big")).ToBeEnabledAsync();
            await page.GetByLabel("Move German earlier").ClickAsync();
            await page.GetByLabel("Remove Finnish").ClickAsync();
            await page.Locator("#seed").FillAsync("4, 7");
            await page.Locator("#sweep-option").SelectOptionAsync("learningRate");
            await page.Locator("#sweep-values").FillAsync("1e-4, 1e-3");
            await page.Locator("#run-name").PressSequentiallyAsync("Half a na"); // the field is not left: the server knows nothing of it
            await page.WaitForFunctionAsync(
                """
                () => {
                  const { state, typed } = JSON.parse(sessionStorage.getItem('draft launch') ?? '{}');
                  return state && JSON.parse(state).sweepValues === '1e-4, 1e-3' && typed['run-name'] === 'Half a na';
                }
                """
            );
            portal.Kill();
            await Assertions.Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync(new() { Timeout = Long });
        }
        using var again = PortalProcess.Portal(_root, "--urls", address.ToString().TrimEnd('/'));
        await again.AddressAsync();
        await Assertions.Expect(page.Locator(".draft")).ToContainTextAsync("What you had typed is here again.", new() { Timeout = Long });
        await HoldsAsync(page);
        await Assertions.Expect(page.Locator(".summary h2")).ToContainTextAsync("4 runs"); // two seeds, two values: the server knows it all again

        await page.GotoAsync("/language/ar?back=%2Flaunch");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("dir", "rtl");
        await HoldsAsync(page);

        await page.Locator(".draft button").ClickAsync();
        await Assertions.Expect(page.Locator("#seed")).ToHaveValueAsync("1");
        await Assertions.Expect(page.Locator("#run-name")).ToHaveValueAsync("");
        await page.WaitForFunctionAsync("() => sessionStorage.getItem('draft launch') === null");
        await BrowserSession.GoAsync(page, "/launch");
        await Assertions.Expect(page.Locator(".langs li")).ToHaveCountAsync(6);
        await Assertions.Expect(page.Locator(".draft")).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_secret_is_not_kept_and_the_address_beside_it_is()
    {
        PortalHost.RequireData();
        using var portal = new PortalHost();
        var (page, _) = await session.OpenAsync(portal.Address);
        await BrowserSession.GoAsync(page, "/webhooks");
        await page.Locator("#w-secret").FillAsync("nobody-is-to-know");
        await page.Locator("#w-url").FillAsync("https://example.org/hook");
        await page.Locator("#w-secret").FocusAsync();
        await page.WaitForFunctionAsync("() => (sessionStorage.getItem('draft webhooks') ?? '').includes('example.org/hook')");
        Assert.DoesNotContain(
            "nobody",
            await page.EvaluateAsync<string>("() => JSON.stringify({ ...sessionStorage, ...localStorage })"),
            StringComparison.Ordinal
        );
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#w-url")).ToHaveValueAsync("https://example.org/hook");
        await Assertions.Expect(page.Locator("#w-secret")).ToHaveValueAsync("");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Old_and_broken_drafts_are_ignored()
    {
        PortalHost.RequireData();
        using var portal = new PortalHost();
        var (page, errors) = await session.OpenAsync(portal.Address);
        await BrowserSession.GoAsync(page, "/launch");
        foreach (
            var kept in new[]
            {
                "no JSON",
                "null",
                "{\"at\":1,\"state\":\"{\\\"seeds\\\":\\\"9\\\"}\"}",
                "{\"at\":1e15,\"state\":7,\"typed\":{\"seed\":5}}",
            }
        )
        {
            await page.EvaluateAsync("kept => sessionStorage.setItem('draft launch', kept)", kept);
            await BrowserSession.GoAsync(page, "/launch");
            await Assertions.Expect(page.Locator("button.primary.big")).ToBeEnabledAsync();
            await page.Locator("#epochs").FillAsync("2"); // and what is typed now is kept as ever
            await page.WaitForFunctionAsync("() => (sessionStorage.getItem('draft launch') ?? '').includes('\"epochs\":\"2\"')");
            await Assertions.Expect(page.Locator("#seed")).ToHaveValueAsync("1");
            await Assertions.Expect(page.Locator(".draft")).ToHaveCountAsync(0);
        }
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    private static async Task HoldsAsync(IPage page)
    {
        await Assertions.Expect(page.Locator("#seed")).ToHaveValueAsync("4, 7");
        await Assertions.Expect(page.Locator("#sweep-values")).ToHaveValueAsync("1e-4, 1e-3");
        await Assertions.Expect(page.Locator("#run-name")).ToHaveValueAsync("Half a na");
        Assert.Equal(
            ["de", "en", "ja", "hi", "ar"],
            await page.Locator(".langs bdi").EvaluateAllAsync<string[]>("all => all.map(b => b.lang)")
        );
    }
}
