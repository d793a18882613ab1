using Bunit;
using CllClip.Portal.Access;
using CllClip.Portal.Features.Audit;
using CllClip.Portal.Storage;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Audit;

/// <summary>The page, with made-up lines behind it.</summary>
public sealed class AuditPageTests : PageContext
{
    private readonly SampleLog _log = new();

    protected override void AddServices(IServiceCollection services)
    {
        services.AddSingleton<IAuditDesk>(_log);
        services.AddSingleton(new AuditOptions { KeepDays = 30 });
    }

    [Fact]
    public void Lines_say_who_did_what_to_what_and_lead_to_what_is_there()
    {
        _log.Lines.AddRange([
            Line(1, "rob", "run.launch", "r1", "done") with
            {
                TargetName = "My <b>run</b>",
            },
            Line(2, "ada", "run.delete", "r2", "done"),
            Line(3, "anonymous", "sign-in", "", "refused"),
            Line(4, "ada", "of.a.later.portal", "x", "done"),
        ]);
        var page = Render<AuditPage>();
        var rows = page.FindAll("tbody tr");
        Assert.Equal(4, rows.Count);
        Assert.Equal("2026-11-24 03:04:05 rob runner 192.168.1.7 Launch a run My <b>run</b> r1 done", Text(rows[0]));
        Assert.Equal("/runs/r1", rows[0].QuerySelector("a")!.GetAttribute("href"));
        Assert.Null(rows[1].QuerySelector("a"));
        Assert.Contains("Sign in", Text(rows[2]), StringComparison.Ordinal);
        Assert.Contains("of.a.later.portal", Text(rows[3]), StringComparison.Ordinal);
        Assert.Contains("Lines are removed after 30 days.", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_address_asks_for_and_cannot_be_is_named_with_what_can_and_the_rest_is_shown()
    {
        _log.Lines.Add(Line(1, "rob", "run.launch", "r1", "done"));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/audit?outcome=maybe&since=yesterday&sort=colour&page=x&who=rob");
        var page = Render<AuditPage>();
        var said = page.FindAll("[role=alert]").Select(Text).ToList();
        Assert.Equal(4, said.Count);
        Assert.Contains("outcome=“maybe”", said[0], StringComparison.Ordinal);
        Assert.Contains("done, refused", said[0], StringComparison.Ordinal);
        Assert.Contains("since=“yesterday”", said[1], StringComparison.Ordinal);
        Assert.Contains("2026-11-24", said[1], StringComparison.Ordinal);
        Assert.Contains("at, -at, who", said[2], StringComparison.Ordinal);
        Assert.Equal(("rob", null, null, "at"), (_log.Asked!.Who, _log.Asked.Outcome, _log.Asked.Since, _log.Asked.Sort));
        Assert.Single(page.FindAll("tbody tr"));
        page.Find("select[aria-label=Who]").Change(""); // what cannot be does not stay in the address
        Assert.EndsWith("/audit", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[role=alert]"));
    }

    [Fact]
    public void Filters_and_order_stand_in_the_address()
    {
        _log.Lines.Add(Line(1, "rob", "run.launch", "r1", "done"));
        var navigation = Services.GetRequiredService<NavigationManager>();
        var page = Render<AuditPage>();
        page.Find("select[aria-label=Who]").Change("rob");
        Assert.EndsWith("/audit?who=rob", navigation.Uri, StringComparison.Ordinal);
        Assert.Equal("rob", _log.Asked!.Who);
        page.Find("select[aria-label=Outcome]").Change("refused");
        page.Find("input[type=date]").Change("2026-11-01");
        Assert.Equal((AuditOutcome.Refused, new DateTime(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc)), (_log.Asked.Outcome, _log.Asked.Since));
        page.FindAll("thead button")[1].Click();
        Assert.Equal(("who", true), (_log.Asked.Sort, _log.Asked.Descending));
        page.FindAll("thead button")[1].Click();
        Assert.Equal("ascending", page.FindAll("thead th")[1].GetAttribute("aria-sort"));
        Assert.Contains("sort=who", navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_log_says_what_will_stand_in_it_and_a_filter_that_nothing_fits_leads_back()
    {
        Assert.Contains("Nothing has happened yet", Render<AuditPage>().Markup, StringComparison.Ordinal);
        Services.GetRequiredService<NavigationManager>().NavigateTo("/audit?q=nothing");
        var page = Render<AuditPage>();
        Assert.Contains("No line fits the filter", page.Markup, StringComparison.Ordinal);
        Assert.Equal("/audit", page.Find(".card a[href='/audit']").GetAttribute("href"));
    }

    [Fact]
    public void Pages_are_turned_and_the_whole_table_is_exported()
    {
        _log.Lines.AddRange(Enumerable.Range(1, 120).Select(i => Line(i, "rob", "run.stop", $"r{i}", "conflict")));
        var page = Render<AuditPage>();
        Assert.Contains("page 1 of 3", Text(page.Find("nav")), StringComparison.Ordinal);
        page.FindAll("nav button")[1].Click();
        Assert.Contains("page 2 of 3", Text(page.Find("nav")), StringComparison.Ordinal);
        page.FindAll(".page-head button").Single(b => Text(b) == "Table as CSV").Click();
        var call = JSInterop.Invocations["portal.download"].Single();
        Assert.Equal("audit.csv", call.Arguments[0]);
        Assert.Equal(121, ((string)call.Arguments[1]!).TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public void A_log_that_cannot_be_read_is_said_and_can_be_tried_again()
    {
        _log.Broken = new IOException("disk on fire");
        var page = Render<AuditPage>();
        Assert.Contains("disk on fire", page.Find(".notice.error").TextContent, StringComparison.Ordinal);
        _log.Broken = null;
        page.Find(".notice.error button").Click();
        Assert.Contains("Nothing has happened yet", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_is_no_admin_sees_no_line()
    {
        _log.MaySee = false;
        _log.Lines.Add(Line(1, "rob", "run.launch", "r1", "done"));
        var page = Render<AuditPage>();
        Assert.Empty(page.FindAll("table"));
        Assert.Contains("a token of the role admin", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_act_that_can_stand_in_the_log_has_a_name_in_words() =>
        Assert.All(Acts.All.Where(a => a.Kept || a.Needed > Role.Viewer), a => Assert.True(AuditNames.Knows(a.Name), a.Name));

    private static AuditLine Line(long id, string who, string what, string target, string outcome) =>
        new()
        {
            Id = id,
            At = new DateTime(2026, 11, 24, 3, 4, 5, DateTimeKind.Utc),
            Who = who,
            Role = "runner",
            Address = "192.168.1.7",
            What = what,
            Target = target,
            Outcome = outcome,
        };

    private sealed class SampleLog : IAuditDesk
    {
        public List<AuditLine> Lines { get; } = [];
        public AuditFilter? Asked { get; private set; }
        public Exception? Broken { get; set; }
        public bool MaySee { get; set; } = true;

        public Task<AuditPageOfLines> ListAsync(AuditFilter filter, CancellationToken stop = default)
        {
            Asked = filter;
            return Broken is { } error
                ? Task.FromException<AuditPageOfLines>(error)
                : Task.FromResult(new AuditPageOfLines([.. Lines.Skip(filter.Skip).Take(filter.Take)], Lines.Count));
        }

        public Task<(IReadOnlyList<string> Who, IReadOnlyList<string> What)> NamesAsync(CancellationToken stop = default) =>
            Task.FromResult<(IReadOnlyList<string>, IReadOnlyList<string>)>(
                ([.. Lines.Select(l => l.Who).Distinct()], [.. Lines.Select(l => l.What).Distinct()])
            );
    }
}
