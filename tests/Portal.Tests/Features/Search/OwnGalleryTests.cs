using Bunit;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Features.Search.Own;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Features.Search;

/// <summary>The visitor's own images on the page of search.</summary>
public sealed class OwnGalleryTests : PageContext
{
    private NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    private OwnImages Own => Services.GetRequiredService<OwnImages>();

    [Fact]
    public void One_image_is_searched_by_at_once_and_found_among_the_others()
    {
        var page = Render<SearchPage>();
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromBinary([1, 2, 3], "cat.png"));
        page.WaitForAssertion(() => Assert.Contains("like=own-1", Navigation.Uri, StringComparison.Ordinal));
        page.WaitForAssertion(() => Assert.Equal(("own-1", 1), (Searching.Asked[^1].Like, Searching.Asked[^1].Own.Count)));
        Assert.Contains("Like cat.png", Text(page.Find(".chip.accent")), StringComparison.Ordinal);
        page.FindAll("button").Single(b => b.GetAttribute("aria-label") == "Remove cat.png").Click();
        page.WaitForAssertion(() => Assert.DoesNotContain("like=", Navigation.Uri, StringComparison.Ordinal));
        Assert.Empty(Own.All);
    }

    [Fact]
    public void Several_are_kept_and_each_that_cannot_be_taken_is_named_while_the_text_stays()
    {
        Navigation.NavigateTo("/search?q=kissa");
        var page = Render<SearchPage>();
        page.FindComponent<InputFile>()
            .UploadFiles(
                InputFileContent.CreateFromBinary([1], "a.png"),
                InputFileContent.CreateFromBinary([2], "bad.png"),
                InputFileContent.CreateFromBinary(new byte[OwnImages.MostBytes + 1], "huge.png"),
                InputFileContent.CreateFromBinary([4], "b.png")
            );
        page.WaitForAssertion(() => Assert.Equal(2, page.FindAll(".mine li").Count));
        var errors = page.FindAll(".errors li").Select(Text).ToList();
        Assert.Equal(2, errors.Count);
        Assert.Contains("“bad.png” cannot be decoded", errors[0], StringComparison.Ordinal);
        Assert.Contains("“huge.png” has 10 MB", errors[1], StringComparison.Ordinal);
        Assert.Equal("kissa", page.Find("#search-box").GetAttribute("value"));
        page.WaitForAssertion(() => Assert.Equal(("kissa", 2), (Searching.Asked[^1].Text, Searching.Asked[^1].Own.Count)));
        page.Find(".own input[type=checkbox]").Change(false);
        page.WaitForAssertion(() => Assert.False(Searching.Asked[^1].MixesOwn));
    }

    [Fact]
    public void A_visit_holds_so_many_and_the_rest_is_told()
    {
        var page = Render<SearchPage>();
        var files = Enumerable.Range(0, OwnImages.Most + 2).Select(i => InputFileContent.CreateFromBinary([1], $"{i}.png")).ToArray();
        page.FindComponent<InputFile>().UploadFiles(files);
        page.WaitForAssertion(() => Assert.Equal(OwnImages.Most, Own.All.Count));
        Assert.Contains("2 were left out", Text(page.Find(".errors")), StringComparison.Ordinal);
        Assert.False(Own.Add(Own.All[0]));
    }

    [Fact]
    public void An_address_with_an_image_of_another_visit_says_so_and_opens_without_it()
    {
        Navigation.NavigateTo("/search?q=kissa&like=own-7");
        var page = Render<SearchPage>();
        Assert.Contains("a visit that is over", Text(page.Find(".notice.warning")), StringComparison.Ordinal);
        Assert.Equal(("kissa", null), (Searching.Asked[^1].Text, Searching.Asked[^1].Like));
    }

    [Fact]
    public void The_gallery_and_the_question_to_an_image_stand_in_the_address()
    {
        Navigation.NavigateTo("/search?like=1f431_0");
        var page = Render<SearchPage>();
        page.FindAll(".seg button").Single(b => Text(b) == "How every language says it").Click();
        page.WaitForAssertion(() => Assert.Equal("1f431_0", Searching.Told[^1].Like));
        Assert.Contains("mode=words", Navigation.Uri, StringComparison.Ordinal);
        page.Find(".gallery select").Change("mine");
        Assert.Contains("gallery=mine", Navigation.Uri, StringComparison.Ordinal);
        Assert.DoesNotContain("like=", Navigation.Uri, StringComparison.Ordinal); // another gallery has other images
        page.WaitForAssertion(() => Assert.Equal("mine", Searching.Asked[^1].Gallery));
        Navigation.NavigateTo("/search?q=kissa&gallery=gone");
        page.WaitForAssertion(() => Assert.Contains("no gallery “gone”", Text(page.Find(".notice.warning")), StringComparison.Ordinal));
        Assert.Equal("emoji36", Searching.Asked[^1].Gallery);
    }

    [Fact]
    public void A_language_that_was_not_learned_is_answered_by_a_checkpoint_that_has_learned_it()
    {
        Navigation.NavigateTo("/search?q=kissa&lang=fi&checkpoint=base");
        var page = Render<SearchPage>();
        var offer = page.FindAll(".pane button").Single(b => Text(b).StartsWith("Ask “", StringComparison.Ordinal));
        Assert.EndsWith("which has learned Finnish", Text(offer), StringComparison.Ordinal);
        offer.Click();
        page.WaitForAssertion(() => Assert.NotEqual("base", Searching.Asked[^1].Checkpoint));
        Assert.Contains("fi", Searching.Checkpoints.Single(c => c.Id == Searching.Asked[^1].Checkpoint).Languages);
    }
}
