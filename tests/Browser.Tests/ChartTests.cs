using CllClip.Portal.Tests.Features;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>What charts do in the browser: a drag zooms, a double click shows all, pictures are saved.</summary>
public sealed class ChartTests(BrowserSession session) : IClassFixture<BrowserSession>, IDisposable
{
    private readonly SampleDesk _desk = PagesTests.Sample();
    private PortalHost? _host;

    private string Address => (_host ??= new PortalHost(_desk)).Address;

    public void Dispose() => _host?.Dispose();

    private async Task<(IPage Page, ILocator Chart)> OpenAsync(ColorScheme scheme = ColorScheme.Light)
    {
        Chromium.Require();
        var (page, _) = await session.OpenAsync(Address, scheme: scheme);
        await BrowserSession.GoAsync(page, "/runs/36");
        var chart = page.Locator("figure.chart").First;
        await chart.ScrollIntoViewIfNeededAsync();
        return (page, chart);
    }

    [Fact]
    public async Task A_drag_zooms_and_a_double_click_shows_all()
    {
        var (page, chart) = await OpenAsync();
        var box = (await chart.Locator("svg[data-plot]").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + box.Width * 0.3f, box.Y + 60);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + box.Width * 0.5f, box.Y + 70, new() { Steps = 4 });
        await page.Mouse.MoveAsync(box.X + box.Width * 0.6f, box.Y + 70, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        // 640 wide, the plot from 46 to 628: 0.3 and 0.6 of it are stages 9.8 and 21.3
        await Assertions.Expect(chart.Locator(".tools > button")).ToContainTextAsync("stage 9–22");
        await chart.Locator("svg[data-plot]").DblClickAsync();
        await Assertions.Expect(chart.Locator(".tools > button")).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_values_under_the_pointer_are_shown_and_vanish_with_it()
    {
        var (page, chart) = await OpenAsync();
        var box = (await chart.Locator("svg[data-plot]").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + box.Width * 46 / 640, box.Y + 60); // where the plot begins: stage 1
        var tip = chart.Locator("svg .tip");
        await Assertions.Expect(tip).ToContainTextAsync("stage 1");
        await Assertions.Expect(tip).ToContainTextAsync("AR text → image");
        await page.Mouse.MoveAsync(box.X + box.Width * 628 / 640, box.Y + 60);
        await Assertions.Expect(tip).ToContainTextAsync("stage 36");
        var shown = (await tip.BoundingBoxAsync())!;
        Assert.True(shown.X + shown.Width <= box.X + box.Width + 1, "the tip is cut off");
        await page.Mouse.MoveAsync(2, 2);
        await Assertions.Expect(tip).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pictures_are_saved_whole(ColorScheme scheme)
    {
        var (page, chart) = await OpenAsync(scheme);
        var svg = await SaveAsync(page, chart, "Picture as SVG");
        Assert.EndsWith("recall-r1.svg", svg.Name, StringComparison.Ordinal);
        var document = System.Xml.Linq.XDocument.Load(svg.Path);
        Assert.Equal("svg", document.Root!.Name.LocalName);
        Assert.Equal(4, document.Descendants().Count(e => e.Name.LocalName == "polyline"));
        Assert.All(
            document.Descendants().Where(e => e.Name.LocalName == "polyline"),
            line => Assert.Contains("stroke:rgb", line.Attribute("style")!.Value, StringComparison.Ordinal)
        );
        var texts = document.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value).ToList();
        Assert.Contains("AR text → image", texts);
        Assert.Contains("Average recall and forgetting (R@1, %)", texts);
        Assert.DoesNotContain(document.Descendants(), e => e.Attribute("class") is not null);
        var png = await SaveAsync(page, chart, "Picture as PNG");
        var bytes = await File.ReadAllBytesAsync(png.Path, TestContext.Current.CancellationToken);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], bytes[..4]);
        Assert.Equal(1280, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16))); // twice the width
        await page.Context.CloseAsync();
    }

    private static async Task<(string Name, string Path)> SaveAsync(IPage page, ILocator chart, string entry)
    {
        await chart.Locator("details.menu:has-text('Picture') > summary").ClickAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => chart.GetByRole(AriaRole.Button, new() { Name = entry }).ClickAsync());
        await chart.Locator("details.menu:has-text('Picture') > summary").ClickAsync();
        return (download.SuggestedFilename, await download.PathAsync());
    }
}
