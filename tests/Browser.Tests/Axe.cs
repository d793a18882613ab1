using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace CllClip.Browser.Tests;

/// <summary>
/// The page as it stands against axe's rules of WCAG 2.2 A and AA and its best practices. With CLLCLIP_AXE_REPORT all findings are written there, minor ones too.
/// </summary>
internal static class Axe
{
    /// <summary>What axe calls serious or critical; empty if nothing.</summary>
    /// <param name="page">The page, as it stands.</param>
    /// <param name="about">What it shows, for the report.</param>
    public static async Task<IReadOnlyList<string>> SeriousAsync(IPage page, string about)
    {
        var result = await page.RunAxe();
        if (Environment.GetEnvironmentVariable("CLLCLIP_AXE_REPORT") is { Length: > 0 } file)
        {
            var report = result.Violations.Length == 0 ? [$"{about}\tno finding"] : result.Violations.Select(v => $"{about}\t{Words(v)}");
            await File.AppendAllLinesAsync(file, report, TestContext.Current.CancellationToken);
        }
        return [.. result.Violations.Where(v => v.Impact is "serious" or "critical").Select(v => $"{about}: {Words(v)}")];
    }

    private static string Words(AxeResultItem finding) =>
        $"{finding.Impact} {finding.Id}: {finding.Help} ({finding.Nodes.Length} places, first: {finding.Nodes[0].Html})";
}
