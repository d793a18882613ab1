using System.Text.RegularExpressions;
using CllClip.Portal.Tests.Features;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>What a cell of the matrix holds is said for pointer, finger and keyboard, whether it leads somewhere or not.</summary>
public sealed class MatrixTests(BrowserSession session) : IClassFixture<BrowserSession>, IDisposable
{
    private readonly SampleDesk _desk = PagesTests.Sample();
    private PortalHost? _host;

    private string Address => (_host ??= new PortalHost(_desk)).Address;

    public void Dispose() => _host?.Dispose();

    [Fact]
    public async Task Arrow_keys_go_from_cell_to_cell_and_the_line_below_says_what_each_holds()
    {
        Chromium.Require();
        _desk.Unanswered["36"] = [.. Enumerable.Range(1, 36)];
        var (page, errors) = await session.OpenAsync(Address);
        await BrowserSession.GoAsync(page, "/runs/36");
        var told = page.Locator(".matrix .told");
        await Assertions.Expect(told).ToContainTextAsync("arrow keys");
        await page.Locator(".matrix-scroll").FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(told).ToContainTextAsync("English after stage 1");
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(told).ToContainTextAsync("English after stage 2");
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(told).ToContainTextAsync("after stage 2");
        await Assertions.Expect(told).Not.ToContainTextAsync("English");
        var second = await told.InnerTextAsync();
        await page.Keyboard.PressAsync("ArrowRight"); // not measured: stays
        await page.Keyboard.PressAsync("ArrowUp"); // nor is that
        Assert.Equal(second, await told.InnerTextAsync());
        Assert.Equal("TD", await page.EvaluateAsync<string>("() => document.activeElement.tagName"));
        await page.Locator(".matrix tbody tr").Nth(30).Locator("td[title]").First.HoverAsync();
        await Assertions.Expect(told).ToContainTextAsync("English after stage 31");
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_cell_that_opens_its_queries_says_what_it_holds_and_opens_them_with_Enter()
    {
        Chromium.Require();
        var (page, _) = await session.OpenAsync(Address);
        await page.GotoAsync("/language/ar");
        await BrowserSession.GoAsync(page, "/runs/1");
        await page.Locator(".matrix [role=group]").Last.Locator("button").Last.ClickAsync();
        await Assertions.Expect(page.Locator(".matrix td[class^=loss]")).ToHaveCountAsync(21);
        await page.Locator(".matrix-scroll").FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowLeft"); // columns go from right to left
        Assert.Equal("A", await page.EvaluateAsync<string>("() => document.activeElement.tagName"));
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/runs/1/answers.stage=2&language=de"));
        await page.Context.CloseAsync();
    }
}
