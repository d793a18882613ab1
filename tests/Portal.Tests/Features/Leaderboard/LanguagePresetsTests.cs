using CllClip.Shared.Languages;
using Xunit;

namespace CllClip.Portal.Tests.Features.Leaderboard;

public class LanguagePresetsTests
{
    [Theory]
    [InlineData("Script")]
    [InlineData("Family")]
    [InlineData("Resources")]
    public void Presets_of_a_kind_hold_every_language_once(string kind) =>
        Assert.Equal(LanguageCatalog.PaperOrder.Order(), LanguagePresets.All.Where(p => p.Kind == kind).SelectMany(p => p.Codes).Order());

    [Fact]
    public void Ids_are_their_own_and_no_language_s_code()
    {
        Assert.Equal(LanguagePresets.All.Count, LanguagePresets.All.Select(p => p.Id).Distinct().Count());
        Assert.All(LanguagePresets.All, p => Assert.Null(LanguageCatalog.Find(p.Id)));
        Assert.All(LanguagePresets.All, p => Assert.Matches("^[a-z-]+$", p.Id));
    }

    [Fact]
    public void A_choice_is_named_whatever_its_order()
    {
        Assert.Equal("tour", LanguagePresets.Matching(LanguageCatalog.Tour)?.Id);
        Assert.Equal("family-uralic", LanguagePresets.Matching(["hu", "fi"])?.Id);
        Assert.Null(LanguagePresets.Matching(["hu"]));
        Assert.Null(LanguagePresets.Matching([]));
    }

    /// <summary>The paper's own examples of its classes, as far as they are among the 36, and one of each class besides.</summary>
    [Theory]
    [InlineData("en", 5)]
    [InlineData("es", 5)]
    [InlineData("de", 5)]
    [InlineData("ja", 5)]
    [InlineData("fr", 5)]
    [InlineData("ru", 4)]
    [InlineData("hu", 4)]
    [InlineData("vi", 4)]
    [InlineData("nl", 4)]
    [InlineData("ko", 4)]
    [InlineData("id", 3)]
    [InlineData("uk", 3)]
    [InlineData("he", 3)]
    [InlineData("sw", 2)]
    [InlineData("quz", 1)]
    public void Classes_of_resources_are_the_paper_s(string code, int resources) =>
        Assert.Equal(resources, LanguageCatalog.Find(code)?.ResourceClass);
}
