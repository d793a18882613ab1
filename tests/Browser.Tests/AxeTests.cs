using CllClip.Portal.Tests.Features;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>
/// Every page, light on a desk and dark on a phone, against axe's rules of WCAG 2.2 A and AA and its best practices: nothing that it calls serious or critical.
/// With CLLCLIP_AXE_REPORT all findings are written there, minor ones too.
/// </summary>
public sealed class AxeTests(BrowserSession session) : IClassFixture<BrowserSession>, IDisposable
{
    private static readonly string[] Serious = ["serious", "critical"];

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
        var (serious, report) = (new List<string>(), new List<string>());
        foreach (var path in PagesTests.Paths.Select(row => row.Data))
        {
            await BrowserSession.GoAsync(page, path);
            var result = await page.RunAxe();
            report.AddRange(result.Violations.Select(v => $"{path}\t{scheme}\t{width}\t{Words(v)}"));
            serious.AddRange(result.Violations.Where(v => Serious.Contains(v.Impact)).Select(v => $"{path}: {Words(v)}"));
        }
        if (Environment.GetEnvironmentVariable("CLLCLIP_AXE_REPORT") is { Length: > 0 } file)
        {
            await File.AppendAllLinesAsync(file, report, TestContext.Current.CancellationToken);
        }
        Assert.True(serious.Count == 0, string.Join('\n', serious));
        await page.Context.CloseAsync();
    }

    private static string Words(AxeResultItem finding) =>
        $"{finding.Impact} {finding.Id}: {finding.Help} ({finding.Nodes.Length} places, first: {finding.Nodes[0].Html})";
}
