using Bunit;
using CllClip.Portal.Features.Search;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace CllClip.Portal.Tests.Features.Search;

/// <summary>Letters typed while the address of earlier ones is still on its way through the browser.</summary>
public sealed class LateAddressTests : PageContext
{
    protected override NavigationManager? OwnNavigation { get; } = new LateAddress("/search?q=k");

    [Fact]
    public async Task An_address_that_comes_back_late_undoes_no_letters()
    {
        var address = (LateAddress)OwnNavigation!;
        var page = Render<SearchPage>();
        foreach (var (typed, sent) in new[] { ("ki", 1), ("kis", 2) })
        {
            await page.InvokeAsync(() => page.Find("#search-box").Input(typed));
            page.WaitForAssertion(() => Assert.Equal(sent, address.Underway));
        }
        await page.InvokeAsync(() => page.Find("#search-box").Input("kissa"));
        await page.InvokeAsync(address.Arrive); // "ki", while "kissa" stands in the box
        Assert.Equal("kissa", page.Find("#search-box").GetAttribute("value"));
        page.WaitForAssertion(() => Assert.Equal(2, address.Underway));
        await page.InvokeAsync(address.Arrive);
        await page.InvokeAsync(address.Arrive);
        Assert.Equal("kissa", page.Find("#search-box").GetAttribute("value"));
        Assert.Equal("kissa", Searching.Asked[^1].Text);
        await page.InvokeAsync(() => address.NavigateTo("/search?q=kis")); // the way back
        await page.InvokeAsync(address.Arrive);
        page.WaitForAssertion(() => Assert.Equal("kis", page.Find("#search-box").GetAttribute("value")));
    }

    [Fact]
    public async Task Words_typed_after_a_drawing_was_left_are_searched_for()
    {
        var address = (LateAddress)OwnNavigation!;
        var page = Render<SearchPage>();
        await page.InvokeAsync(() => address.NavigateTo("/search?q=k&like=1f431_0"));
        await page.InvokeAsync(address.Arrive);
        await page.InvokeAsync(() => page.Find("#search-box").Input("ki")); // leaves the drawing
        page.WaitForAssertion(() => Assert.Equal(1, address.Underway));
        await page.InvokeAsync(() => page.Find("#search-box").Input("kissa"));
        await page.InvokeAsync(address.Arrive);
        page.WaitForAssertion(() => Assert.Equal("kissa", Searching.Asked[^1].Text));
    }

    [Fact]
    public async Task A_drawing_chosen_while_the_typing_rests_stays_chosen()
    {
        var address = (LateAddress)OwnNavigation!;
        var page = Render<SearchPage>();
        await page.InvokeAsync(() => page.Find("#search-box").Input("ki"));
        await page.InvokeAsync(() => address.NavigateTo("/search?q=k&like=1f431_0"));
        await page.InvokeAsync(address.Arrive);
        await Task.Delay(400, Xunit.TestContext.Current.CancellationToken); // longer than the typing's rest
        Assert.Equal(0, address.Underway);
        Assert.Equal("1f431_0", Searching.Asked[^1].Like);
    }

    /// <summary>A browser far away: an address that a page sets comes back to it only when the test says so.</summary>
    private sealed class LateAddress : NavigationManager
    {
        private readonly Queue<string> _underway = new();

        public LateAddress(string path) => Initialize("http://localhost/", "http://localhost" + path);

        /// <summary>How many addresses have not come back.</summary>
        public int Underway => _underway.Count;

        /// <summary>The address set first comes back.</summary>
        public void Arrive()
        {
            Uri = _underway.Dequeue();
            NotifyLocationChanged(isInterceptedLink: false);
        }

        protected override void NavigateToCore(string uri, NavigationOptions options) => _underway.Enqueue(ToAbsoluteUri(uri).ToString());
    }
}
