using Bunit;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Tests.Features;
using CllClip.Shared.Search;
using Xunit;

namespace CllClip.Portal.Tests.Layout;

public sealed class TokenChipsTests : PageContext
{
    private static readonly QueryToken[] Tokens =
    [
        new()
        {
            Id = 7001,
            Text = "قط",
            Stage = 3,
            AddedFor = ["ar"],
            Use = TokenUse.Shared,
            LanguageCount = 2,
            Languages = ["ar", "fa"],
            TeirCount = 3,
            TeirScale = 1 / 3.0,
        },
        new()
        {
            Id = 7002,
            Text = "ة",
            EndsWord = true,
            Stage = 3,
            AddedFor = ["ar"],
            Use = TokenUse.Unique,
            LanguageCount = 1,
            Languages = ["ar"],
            TeirCount = 2,
        },
        new()
        {
            Id = 220,
            Text = "⟨D8 A9⟩",
            IsBytes = true,
            IsRead = false,
        },
    ];

    [Fact]
    public void Each_token_is_named_by_its_use_and_the_text_keeps_its_language_and_direction()
    {
        var chips = Render<TokenChips>(p => p.Add(x => x.Tokens, Tokens).Add(x => x.Language, "ar").Add(x => x.ShowLegend, true));
        var list = chips.Find("ol");
        Assert.Equal(("ar", "rtl", "Tokens: 3"), (list.GetAttribute("lang"), list.GetAttribute("dir"), list.GetAttribute("aria-label")));
        Assert.Equal(
            ["قط: shared by 2 languages", "ة: only in Arabic", "⟨D8 A9⟩: bytes, base vocabulary, not read"],
            chips.FindAll("ol button").Select(b => b.GetAttribute("aria-label"))
        );
        Assert.Equal("ltr", chips.Find("ol code").GetAttribute("dir"));
        Assert.Contains("shared by languages 1", Text(chips.Find(".legend")), StringComparison.Ordinal);
        Assert.Contains("not read 1", Text(chips.Find(".legend")), StringComparison.Ordinal);
        Assert.Empty(Text(chips.Find("[role=status]")));
    }

    [Fact]
    public void A_chip_that_is_pressed_says_where_its_token_comes_from()
    {
        var chips = Render<TokenChips>(p => p.Add(x => x.Tokens, Tokens).Add(x => x.Language, "ar"));
        chips.FindAll("ol button")[0].Click();
        var about = Text(chips.Find("[role=status]"));
        Assert.Contains("id 7001", about, StringComparison.Ordinal);
        Assert.Contains("stage 3, added for العربية", about, StringComparison.Ordinal);
        Assert.Contains("shared, of 2 languages", about, StringComparison.Ordinal);
        Assert.Contains("0.333 (counter 3)", about, StringComparison.Ordinal);
        Assert.Equal("true", chips.FindAll("ol button")[0].GetAttribute("aria-pressed"));
        chips.FindAll("ol button")[1].Click();
        Assert.Contains("does not scale by TEIR (counter 2)", Text(chips.Find("[role=status]")), StringComparison.Ordinal);
        chips.FindAll("ol button")[2].Click();
        Assert.Contains("not stored for this checkpoint", Text(chips.Find("[role=status]")), StringComparison.Ordinal);
        chips.FindAll("ol button")[2].Click();
        Assert.Empty(Text(chips.Find("[role=status]")));
    }

    [Fact]
    public void Another_text_closes_what_was_told_of_the_last_one()
    {
        var chips = Render<TokenChips>(p => p.Add(x => x.Tokens, Tokens));
        chips.FindAll("ol button")[1].Click();
        chips.Render(p => p.Add(x => x.Tokens, Tokens[..1]));
        Assert.Empty(Text(chips.Find("[role=status]")));
        chips.Render(p => p.Add(x => x.Tokens, []));
        Assert.Empty(chips.FindAll("ol"));
    }
}
