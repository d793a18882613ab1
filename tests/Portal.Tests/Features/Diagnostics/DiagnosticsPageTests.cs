using Bunit;
using CllClip.Portal.Features.Diagnostics;
using CllClip.Portal.Health;
using CllClip.Portal.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Diagnostics;

/// <summary>The page, with a made-up report behind it.</summary>
public sealed class DiagnosticsPageTests : PageContext
{
    private readonly SampleDiagnostics _desk = new();

    protected override void AddServices(IServiceCollection services) => services.AddSingleton<IDiagnosticsDesk>(_desk);

    [Fact]
    public void The_facts_stand_on_cards_and_what_is_missing_is_said()
    {
        var page = Render<DiagnosticsPage>();
        var text = Text(page.Find(".stack"));
        Assert.Contains("Portal 1.2.3", text, StringComparison.Ordinal);
        Assert.Contains("Integrity ok", text, StringComparison.Ordinal);
        Assert.Contains("Up for 1 h 0 min", text, StringComparison.Ordinal);
        Assert.Contains("low: runs are paused", text, StringComparison.Ordinal);
        Assert.Contains("Paused 2", text, StringComparison.Ordinal);
        Assert.Contains("device: no such thing", Text(page.Find(".notice.warning")), StringComparison.Ordinal);
        Assert.Equal("/api/v1/diagnostics/bundle", page.Find(".actions a[download]").GetAttribute("href"));
        Assert.Equal([false, true], _desk.Checks);
    }

    [Fact]
    public void The_check_of_the_database_comes_after_the_rest_is_shown()
    {
        _desk.Checked = new TaskCompletionSource();
        var page = Render<DiagnosticsPage>();
        Assert.Contains("Integrity being checked", Text(page.Find(".stack")), StringComparison.Ordinal);
        Assert.True(page.FindAll(".actions button")[0].HasAttribute("disabled"));
        _desk.Checked.SetResult();
        page.WaitForAssertion(() => Assert.Contains("Integrity ok", Text(page.Find(".stack")), StringComparison.Ordinal));
        page.FindAll(".actions button")[0].Click();
        page.WaitForAssertion(() => Assert.Equal(4, _desk.Checks.Count));
    }

    [Fact]
    public void Tables_are_filtered_sorted_copied_and_saved()
    {
        JSInterop.Setup<bool>("portal.copy", _ => true).SetResult(true);
        var page = Render<DiagnosticsPage>();
        AngleSharp.Dom.IElement Card() =>
            page.FindAll("section.card").Single(c => c.QuerySelector("h2")?.TextContent == "Last warnings and errors");
        List<string> Messages() => [.. Card().QuerySelectorAll("tbody tr").Select(r => Text(r.QuerySelectorAll("td")[4]))];
        Assert.Equal(["newer <b>", "older boom"], Messages()); // the newest first
        Card().QuerySelectorAll("thead button")[4].Click();
        Card().QuerySelectorAll("thead button")[4].Click();
        Assert.Equal("ascending", Card().QuerySelectorAll("th")[4].GetAttribute("aria-sort"));
        Assert.Equal(["newer <b>", "older boom"], Messages());
        Card().QuerySelector("input[type=search]")!.Input("BOOM");
        Assert.Equal(["older boom"], Messages());
        Card().QuerySelectorAll("button").Single(b => Text(b) == "Copy").Click();
        Assert.Contains("boom", (string)JSInterop.Invocations["portal.copy"].Single().Arguments[0]!, StringComparison.Ordinal);
        Card().QuerySelectorAll("button").Single(b => Text(b) == "Table as CSV").Click();
        var saved = JSInterop.Invocations["portal.download"].Single();
        Assert.Equal("log.csv", saved.Arguments[0]);
        Assert.DoesNotContain("newer", (string)saved.Arguments[1]!, StringComparison.Ordinal);
        Card().QuerySelector("input[type=search]")!.Input("nothing at all");
        Assert.Contains("No line fits the filter", Text(Card()), StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_is_no_admin_sees_nothing()
    {
        _desk.MaySee = false;
        var page = Render<DiagnosticsPage>();
        Assert.Empty(page.FindAll("section"));
        Assert.Contains("a token of the role admin", page.Markup, StringComparison.Ordinal);
        Assert.Empty(_desk.Checks);
    }

    [Fact]
    public void What_cannot_be_read_is_said_and_can_be_tried_again()
    {
        _desk.Broken = new IOException("disk on fire");
        var page = Render<DiagnosticsPage>();
        Assert.Contains("disk on fire", Text(page.Find(".notice.error")), StringComparison.Ordinal);
        _desk.Broken = null;
        page.Find(".notice.error button").Click();
        Assert.Empty(page.FindAll(".notice.error"));
        Assert.Contains("Portal 1.2.3", Text(page.Find(".stack")), StringComparison.Ordinal);
    }

    private sealed class SampleDiagnostics : IDiagnosticsDesk
    {
        public bool MaySee { get; set; } = true;
        public Exception? Broken { get; set; }
        public TaskCompletionSource? Checked { get; set; }
        public List<bool> Checks { get; } = [];

        public async Task<DiagnosticsReport?> CollectAsync(bool check, CancellationToken stop = default)
        {
            Checks.Add(check);
            if (Broken is not null)
            {
                throw Broken;
            }
            if (check && Checked is not null)
            {
                await Checked.Task;
            }
            return new DiagnosticsReport
            {
                At = new DateTime(2026, 11, 24, 3, 4, 5, DateTimeKind.Utc),
                Live = true,
                Versions = [new("portal", "1.2.3")],
                Machine = new(2, "X64", "workstation, concurrent", "auto", "cpu", default, 3600),
                Memory = new ProcessMemory(1, 2, 3, 4),
                Disk = new("<data>", 5, 10, 256, true),
                Database = new("<data>/portal.db", 4096, 0, "M1", "wal", check ? "ok" : null),
                Activity = new(2, 1, 3, 4, 5),
                Runs = [new("Paused", 2)],
                Search = new(true, "Ready", null, 1),
                Datasets = [new("emoji36", "ready")],
                Settings = [new("CllClip:Access:Token", "set", "environment")],
                Log =
                [
                    new(new DateTime(2026, 11, 24, 1, 0, 0, DateTimeKind.Utc), "error", "A", "r1", "older", "boom"),
                    new(new DateTime(2026, 11, 24, 2, 0, 0, DateTimeKind.Utc), "warning", "B", null, "newer <b>", null),
                ],
                Problems = [new("device", "no such thing")],
            };
        }
    }
}
