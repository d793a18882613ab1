using Bunit;
using CllClip.Portal.Features.Launch;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CllClip.Portal.Tests.Features.Launch;

/// <summary>The launch page of a newcomer, who presses Launch before the data set is prepared.</summary>
public sealed class LaunchWhilePreparingTests : PageContext
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    protected override TimeProvider Time => _clock;

    private string Address => Services.GetRequiredService<NavigationManager>().Uri;

    [Fact]
    public void A_launch_waits_for_the_data_set_and_then_goes_out()
    {
        Desk.Preparing = true;
        var page = Render<LaunchPage>();
        page.Find("form").Submit();
        Assert.Empty(Desk.Submitted);
        Assert.True(page.Find("button[type=submit]").HasAttribute("disabled"));
        Assert.Contains("Launches when", page.Find("button[type=submit]").TextContent, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(Desk.Submitted);

        Desk.Preparing = false;
        page.WaitForAssertion(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Single(Desk.Submitted);
        });
        page.WaitForAssertion(() => Assert.EndsWith("/runs/new-1", Address, StringComparison.Ordinal));
    }

    [Fact]
    public void A_waiting_launch_can_be_given_up()
    {
        Desk.Preparing = true;
        var page = Render<LaunchPage>();
        page.Find("form").Submit();
        page.FindAll("button").First(b => b.TextContent == "Do not launch").Click();
        page.WaitForAssertion(() => Assert.False(page.Find("button[type=submit]").HasAttribute("disabled")));
        Desk.Preparing = false;
        _clock.Advance(TimeSpan.FromSeconds(4));
        page.WaitForAssertion(() => Assert.DoesNotContain("still being prepared", page.Markup, StringComparison.Ordinal));
        Assert.Empty(Desk.Submitted);
    }

    [Fact]
    public void What_the_server_refused_stays_until_something_is_changed()
    {
        Desk.Preparing = true;
        var page = Render<LaunchPage>();
        Desk.Refusal["name"] = ["There is a run of that name."];
        page.Find("form").Submit();
        Desk.Preparing = false;
        page.WaitForAssertion(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Contains("There is a run of that name.", page.Find("#error-name").TextContent, StringComparison.Ordinal);
        });
        page.Find("#run-name").Change("Another");
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".field-error")));
    }

    [Fact]
    public void What_was_made_wrong_while_it_waited_is_not_launched()
    {
        Desk.Preparing = true;
        var page = Render<LaunchPage>();
        page.Find("form").Submit();
        page.Find("#seed").Change("one");
        Desk.Preparing = false;
        page.WaitForAssertion(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(2));
            Assert.False(page.Find("button[type=submit]").HasAttribute("disabled"));
        });
        Assert.Contains("whole number", page.Find("#error-seed").TextContent, StringComparison.Ordinal);
        Assert.Empty(Desk.Submitted);
    }
}
