using Bunit;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Tests.Features;
using Xunit;

namespace CllClip.Portal.Tests.Layout;

public sealed class SteadyTests : PageContext
{
    [Fact]
    public void What_is_in_it_is_drawn_anew_only_when_what_it_shows_has_changed()
    {
        var steady = Render<Steady>(p => p.Add(s => s.Of, ("a", 1)).AddChildContent("first"));
        steady.Render(p => p.Add(s => s.Of, ("a", 1)).AddChildContent("second"));
        Assert.Equal("first", steady.Markup);
        steady.Render(p => p.Add(s => s.Of, ("a", 2)).AddChildContent("third"));
        Assert.Equal("third", steady.Markup);
    }
}
