using Bunit;
using CllClip.Portal.Features.Compare;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Compare;

public sealed class ComparePageTests : PageContext
{
    private readonly CompareBench _bench = new();

    protected override void AddServices(IServiceCollection services) => services.AddSingleton(_bench.Comparison);

    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    [Fact]
    public void Without_runs_the_page_says_what_to_do_and_offers_them()
    {
        Desk.Add(SampleDesk.Run("1"), 6);
        var page = Open("");
        Assert.Contains("Choose two runs", Text(page.Find("section p")), StringComparison.Ordinal);
        page.Find(".finder input").Focus();
        page.WaitForElement("[role='option']").Click();
        page.WaitForAssertion(() => Assert.EndsWith("/compare?runs=1", Navigation.Uri, StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_is_found_by_what_is_typed_and_taken_by_keyboard()
    {
        for (var i = 0; i < 300; i++)
        {
            Desk.Add(SampleDesk.Run($"r{i:000}"), 0);
        }
        var page = Open("?runs=r007");
        var box = page.Find(".finder input");
        box.Focus();
        page.WaitForAssertion(() => Assert.Contains("299 runs fit", Text(page.Find(".finder [role='status']")), StringComparison.Ordinal));
        Assert.DoesNotContain(page.FindAll("[role='option']"), o => Text(o).Contains("r007", StringComparison.Ordinal));
        box.Input("r00");
        page.WaitForAssertion(() => Assert.Contains("9 runs fit.", Text(page.Find(".finder [role='status']")), StringComparison.Ordinal));
        Assert.Equal("true", page.Find(".finder input").GetAttribute("aria-expanded"));
        page.Find(".finder input").KeyDown("ArrowDown");
        var marked = page.Find("[role='option'][aria-selected='true']");
        Assert.Equal(page.Find(".finder input").GetAttribute("aria-activedescendant"), marked.Id);
        Assert.Contains("r001", Text(marked), StringComparison.Ordinal);
        page.Find(".finder input").KeyDown("Enter");
        page.WaitForAssertion(() => Assert.EndsWith("/compare?runs=r007,r001", Navigation.Uri, StringComparison.Ordinal));
        page.Find(".finder input").Input("nothing of that name");
        page.WaitForAssertion(() =>
            Assert.Contains("No other run has that", Text(page.Find(".finder [role='status']")), StringComparison.Ordinal)
        );
        page.Find(".finder input").KeyDown("Escape");
        Assert.Empty(page.FindAll("[role='listbox']"));
    }

    [Fact]
    public void Runs_that_are_not_alike_are_marked_and_can_be_taken_at_their_ends()
    {
        _bench.Add("a", [("en", 20), ("de", 10)], fading: 4);
        _bench.Add("b", [("en", 20), ("de", 30)], stages: 1);
        var page = Open("?runs=a,b");
        Assert.Contains("Compared after the 1 language", Text(page.Find(".notice")), StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".unlike"));
        page.FindAll(".choices button").Single(x => Text(x) == "each at its end").Click();
        page.WaitForAssertion(() => Assert.EndsWith("/compare?runs=a,b&at=last", Navigation.Uri, StringComparison.Ordinal)); // busy, as above
        page.WaitForAssertion(() => Assert.StartsWith("Not like for like", Text(page.Find("p.unlike")), StringComparison.Ordinal));
        Assert.Equal("not like for like", Text(page.FindAll("table tbody .chip.variant").Single()));
        Assert.Contains("Not like for like with the reference: “Run b”", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_have_a_conclusion_differences_and_what_they_were_made_with()
    {
        _bench.Add("a", [("en", 20), ("de", 10)]);
        _bench.Add("b", [("en", 20), ("de", 30)], change: r => r.Seed = 2);
        var page = Open("?runs=a,b");
        Assert.Contains("finds 25.0 points more", page.Markup, StringComparison.Ordinal);
        var german = page.FindAll("table.languages tbody tr").Single(r => Text(r).Contains("de", StringComparison.Ordinal));
        Assert.NotNull(german.QuerySelector(".better"));
        Assert.StartsWith("+50.0", Text(german.QuerySelector(".difference")!), StringComparison.Ordinal);
        Assert.Null(page.FindAll("table.languages tbody tr")[0].QuerySelector(".better"));
        Assert.Contains(page.FindAll("th[scope='row']"), h => Text(h) == "Seed");

        // sorted by the difference, the other way round, and the reference exchanged
        page.FindAll("table.languages button.sort")[^1].Click();
        page.WaitForAssertion(() => Assert.Contains("de", Text(page.FindAll("table.languages tbody tr")[0]), StringComparison.Ordinal)); // the page may still be busy with what it has loaded
        page.FindAll("button").Single(b => Text(b) == "Make it the reference").Click();
        page.WaitForAssertion(() => Assert.EndsWith("/compare?runs=b,a", Navigation.Uri, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Contains("finds 25.0 points less", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_is_gone_is_named_and_can_be_left_out()
    {
        _bench.Add("a", [("en", 20)]);
        var page = Open("?runs=a,gone");
        Assert.Contains("There is no run “gone”", Text(page.Find(".notice")), StringComparison.Ordinal);
        Assert.Equal("/compare?runs=a", page.Find(".notice a").GetAttribute("href"));
        Assert.Contains("One run alone", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_choices_in_the_address_are_named_and_the_rest_is_shown()
    {
        _bench.Add("a", [("en", 20)]);
        var page = Open("?runs=a&k=3");
        Assert.Contains("Recall@3 is not measured", Text(page.Find("[role='alert']")), StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("table.languages tbody tr"));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _bench.Dispose();
    }

    private IRenderedComponent<ComparePage> Open(string query)
    {
        Navigation.NavigateTo("/compare" + query);
        var page = Render<ComparePage>();
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[aria-label='Comparing']")), TimeSpan.FromSeconds(10));
        return page;
    }
}
