using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>Search in a real browser against the real portal, with the base model that ships.</summary>
public sealed class SearchTests(BrowserSession session) : IClassFixture<BrowserSession>
{
    [Fact]
    public async Task Results_follow_the_typing_no_letter_is_lost_and_the_way_back_leads_to_the_words()
    {
        PortalHost.RequireData();
        using var host = new PortalHost();
        var (page, errors) = await session.OpenAsync(host.Address);
        page.SetDefaultTimeout(60_000);
        await BrowserSession.GoAsync(page, "/search?checkpoint=base");
        var box = page.Locator("#search-box");
        await Assertions.Expect(page.Locator(".picker")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await box.FocusAsync();
        const string Text = "an elephant in the room";
        await page.Keyboard.TypeAsync(Text, new() { Delay = 15 });
        await Assertions.Expect(box).ToHaveValueAsync(Text);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("q=an%20elephant%20in%20the%20room"), new() { Timeout = 60_000 });
        await box.FillAsync("elephant");
        var first = page.Locator(".hits li").First;
        await Assertions.Expect(first).ToContainTextAsync("elephant", new() { Timeout = 60_000 });
        await Assertions.Expect(page.Locator(".status")).ToContainTextAsync("English");
        Assert.True(
            await first
                .Locator("img")
                .EvaluateAsync<bool>("i => i.complete && i.naturalWidth > 0 || new Promise(r => i.onload = () => r(true))")
        );
        await page.Keyboard.PressAsync("Escape");
        await box.FillAsync("elephant");
        await page.WaitForTimeoutAsync(1000); // a rest that the page takes for the end of the typing
        await first.Locator("a.hit").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByText("Back to words")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Assertions.Expect(page.GetByText("Back to words")).ToBeHiddenAsync();
        await Assertions.Expect(box).ToHaveValueAsync("elephant");
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }
}
