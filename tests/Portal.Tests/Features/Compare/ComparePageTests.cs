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
        page.Find(".add select").Change("1");
        Assert.EndsWith("/compare?runs=1", Navigation.Uri, StringComparison.Ordinal);
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
        Assert.EndsWith("/compare?runs=b,a", Navigation.Uri, StringComparison.Ordinal);
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
