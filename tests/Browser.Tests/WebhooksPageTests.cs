using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>The page of webhooks: adding one, its secret, a test message, and its removal.</summary>
public sealed class WebhooksPageTests(BrowserSession session) : IClassFixture<BrowserSession>
{
    [Fact]
    public async Task A_webhook_is_added_tried_and_removed()
    {
        Chromium.Require();
        using var host = new PortalHost(services: null, ("CllClip:WebhookDelivery:MostAttempts", "1"));
        var (page, errors) = await session.OpenAsync(host.Address);
        await BrowserSession.GoAsync(page, "/webhooks");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No webhook yet" })).ToBeVisibleAsync();

        await page.Locator("#w-url").FillAsync("example.org");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("#error-url")).ToContainTextAsync("with https:// in front");
        await Assertions.Expect(page.Locator("#w-url")).ToHaveValueAsync("example.org"); // nothing typed is lost

        // An address of this machine, which the settings do not allow: it is refused when it is told, with the setting's name.
        await page.Locator("#w-url").FillAsync("http://127.0.0.1:9/hook?key=1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        Assert.Equal(64, (await page.Locator("code.secret").InnerTextAsync()).Length);
        await page.GetByRole(AriaRole.Button, new() { Name = "I have kept it" }).ClickAsync();
        await Assertions.Expect(page.Locator("code.secret")).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Button, new() { NameString = "Send a test message" }).ClickAsync();
        var row = page.Locator("main table tbody tr");
        await Assertions.Expect(row).ToContainTextAsync("given up");
        await Assertions.Expect(row).ToContainTextAsync("AllowLoopback");

        await page.GetByRole(AriaRole.Button, new() { NameString = "Remove http" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No webhook yet" })).ToBeVisibleAsync();
        Assert.Empty(errors);
        await page.Context.CloseAsync();
    }
}
