using Bunit;
using CllClip.Portal.Layout;
using CllClip.Portal.Tests.Features;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Layout;

public sealed class NavLinksTests : PageContext
{
    [Theory]
    [InlineData("/runs", "/runs")]
    [InlineData("/runs/7/answers?stage=2", "/runs")]
    [InlineData("/sweeps/3", "/runs")]
    [InlineData("/compare?run=1", "/runs")]
    [InlineData("/compare", "/runs")]
    [InlineData("/models", "/models")]
    [InlineData("/comparers", null)]
    [InlineData("/", null)]
    public void The_section_of_a_page_is_lit(string page, string? lit)
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo(page);
        var here = Render<NavLinks>().FindAll("a.here").Select(a => a.GetAttribute("href")).ToList();
        Assert.Equal(lit is null ? Array.Empty<string>() : [lit], here);
    }
}
