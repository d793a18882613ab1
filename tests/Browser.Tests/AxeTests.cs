using CllClip.Portal.Tests.Features;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>Every page, light on a desk and dark on a phone: nothing that axe calls serious or critical. The stations of the journeys are asked there.</summary>
public sealed class AxeTests(BrowserSession session) : IClassFixture<BrowserSession>, IDisposable
{
    private readonly SampleDesk _desk = PagesTests.Sample();
    private PortalHost? _host;

    private string Address => (_host ??= new PortalHost(_desk)).Address;

    public void Dispose() => _host?.Dispose();

    [Theory]
    [InlineData(ColorScheme.Light, 1440)]
    [InlineData(ColorScheme.Dark, 360)]
    public async Task No_page_has_a_serious_finding(ColorScheme scheme, int width)
    {
        Chromium.Require();
        var (page, _) = await session.OpenAsync(Address, width, 900, scheme);
        var serious = new List<string>();
        foreach (var path in PagesTests.Paths.Select(row => row.Data))
        {
            await BrowserSession.GoAsync(page, path);
            serious.AddRange(await Axe.SeriousAsync(page, $"{path} {scheme} {width}"));
        }
        Assert.True(serious.Count == 0, string.Join('\n', serious));
        await page.Context.CloseAsync();
    }
}
