using System.Globalization;
using CllClip.Portal.Localization;
using Xunit;

namespace CllClip.Portal.Tests.Localization;

public sealed class PageTextTests
{
    private static PageText In(string code) => new(new PageTextCatalog()) { Language = PageLanguage.Of(code) };

    [Fact]
    public void Text_without_a_translation_is_shown_in_English()
    {
        Assert.Equal("No such text, 7 of 9", In("zh")["No such text, {0} of {1}", 7, 9]);
        Assert.Equal("Nothing", In("ar")["Nothing"]);
    }

    [Theory]
    [InlineData("en", "Launch")]
    [InlineData("en-GB", "Launch")]
    [InlineData("fr", "Launch")]
    [InlineData("zh-Hans-CN", "启动")]
    public void A_language_is_found_by_the_first_part_of_its_tag(string code, string expected) =>
        Assert.Equal(expected, In(code)["Launch"]);

    [Fact]
    public void A_text_keeps_the_language_it_was_made_with()
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("zh");
            var text = new PageText(new PageTextCatalog());
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");
            Assert.Equal("启动", text["Launch"]);
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Theory]
    [InlineData("en", 0, 1)]
    [InlineData("en", 1, 0)]
    [InlineData("en", 21, 1)]
    [InlineData("zh", 1, 0)]
    [InlineData("zh", 5, 0)]
    // Unicode CLDR's own samples for Arabic.
    [InlineData("ar", 0, 0)]
    [InlineData("ar", 1, 1)]
    [InlineData("ar", 2, 2)]
    [InlineData("ar", 3, 3)]
    [InlineData("ar", 10, 3)]
    [InlineData("ar", 103, 3)]
    [InlineData("ar", 11, 4)]
    [InlineData("ar", 99, 4)]
    [InlineData("ar", 111, 4)]
    [InlineData("ar", 100, 5)]
    [InlineData("ar", 102, 5)]
    [InlineData("ar", 1000, 5)]
    public void A_number_takes_the_form_that_CLDR_gives_it(string code, long number, int form) =>
        Assert.Equal(form, PluralForms.Index(code, number));

    [Fact]
    public void A_count_is_told_in_the_form_of_its_number()
    {
        Assert.Equal("1 seed", In("en").Count("{0} seed", "{0} seeds", 1));
        Assert.Equal("1\u202F200 seeds", In("en").Count("{0} seed", "{0} seeds", 1200));
        var arabic = In("ar");
        Assert.Equal(6, new[] { 0, 1, 2, 5, 50, 100 }.Select(n => arabic.Count("{0} language", "{0} languages", n)).Distinct().Count());
    }

    [Fact]
    public void Values_are_kept_apart_from_the_words_around_them_where_pages_run_from_right_to_left()
    {
        Assert.Equal("a run-1 b", In("en")["a {0} b", "run-1"]);
        var inner = In("ar")["a {0} b {1}", "run-1", 3];
        Assert.Equal("a \u2068run-1\u2069 b 3", inner);
        Assert.Equal($"c \u2067{inner}\u2069", In("ar")["c {0}", inner]); // a text of the page in a text of the page runs as the page does
    }

    [Fact]
    public void Values_in_markup_are_encoded()
    {
        var html = In("en").Html("<strong>{0}</strong> & more", "<script>alert(1)</script>");
        Assert.Equal("<strong>&lt;script&gt;alert(1)&lt;/script&gt;</strong> & more", html.Value);
    }

    [Fact]
    public void The_pseudo_language_brackets_every_text()
    {
        Assert.Equal("⟦Launch⟧", In(PageLanguage.Pseudo.Code)["Launch"]);
        Assert.Equal("⟦2 seeds⟧", In(PageLanguage.Pseudo.Code).Count("{0} seed", "{0} seeds", 2));
    }
}
