using Bunit;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using Xunit;

namespace CllClip.Portal.Tests.Layout;

public sealed class LanguageNameTests : BunitContext
{
    public LanguageNameTests() => Services.AddPageLocalization();

    public static TheoryData<string> Codes => [.. LanguageCatalog.All.Select(l => l.Code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_language_stands_in_its_own_script_with_lang_and_dir(string code)
    {
        var language = LanguageCatalog.Find(code)!;
        var name = Render<LanguageName>(p => p.Add(c => c.Code, code)).Find("bdi");
        Assert.Equal(code, name.GetAttribute("lang"));
        Assert.Equal(language.Direction, name.GetAttribute("dir"));
        Assert.Equal(language.NativeName, name.TextContent);
    }

    [Fact]
    public void Arabic_Persian_and_Hebrew_run_from_right_to_left()
    {
        var rtl = LanguageCatalog.All.Where(l =>
            Render<LanguageName>(p => p.Add(c => c.Code, l.Code)).Find("bdi").GetAttribute("dir") == "rtl"
        );
        Assert.Equal(["ar", "fa", "he"], rtl.Select(l => l.Code));
    }

    [Fact]
    public void An_unknown_code_is_shown_as_it_is()
    {
        var name = Render<LanguageName>(p => p.Add(c => c.Code, "xx"));
        Assert.Empty(name.FindAll("bdi"));
        Assert.Equal("xx", name.Find(".lang-code").TextContent);
    }
}
