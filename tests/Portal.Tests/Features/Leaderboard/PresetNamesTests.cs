using CllClip.Portal.Features.Leaderboard;
using CllClip.Shared.Languages;
using Xunit;

namespace CllClip.Portal.Tests.Features.Leaderboard;

public sealed class PresetNamesTests
{
    [Fact]
    public void Every_kind_and_name_of_a_preset_is_a_text_to_translate()
    {
        var known = PresetNames.Texts.Concat(LanguageCatalog.All.Select(l => l.Name)).ToHashSet();
        Assert.All(LanguagePresets.All, p => Assert.Contains(p.Kind, known));
        Assert.All(LanguagePresets.All, p => Assert.Contains(p.Name, known));
        Assert.Subset(LanguagePresets.All.SelectMany(p => new[] { p.Kind, p.Name }).ToHashSet(), PresetNames.Texts.ToHashSet()); // none is left over
    }
}
