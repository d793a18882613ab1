using CllClip.Engine.Data.Emoji36;
using Xunit;

namespace CllClip.Engine.Tests.Data.Emoji36;

public class SplitTests
{
    [Fact]
    public void The_rules_give_the_published_manifest_item_by_item()
    {
        PreparedEmoji36.SkipWithoutPackages();
        var packages = Emoji36Packages.Read(PreparedEmoji36.NodeModules, PreparedEmoji36.Dataset.Languages, CancellationToken.None);
        var computed = Emoji36Split.Compute(
            [.. packages.Drawings.Select(artist => artist.Keys.ToHashSet())],
            packages.Texts.ToDictionary(
                l => l.Key,
                l => (IReadOnlyDictionary<string, string>)l.Value.ToDictionary(e => e.Key, e => e.Value.Name)
            )
        );
        Assert.Equal(Emoji36Split.Published(), computed);
    }

    [Fact]
    public void A_split_that_differs_is_refused_and_the_item_named()
    {
        var published = Emoji36Split.Published();
        var wrong = published.Select((item, i) => i == 700 ? item with { Test = (item.Test + 1) % 4 } : item).ToList();
        var error = Assert.Throws<EngineException>(() => Emoji36Split.Check(wrong, published));
        Assert.Contains(published[700].CodePoint, error.Message, StringComparison.Ordinal);
        Assert.Contains("in 1 items", error.Message, StringComparison.Ordinal);
        var missing = Assert.Throws<EngineException>(() => Emoji36Split.Check([.. published.Skip(1)], published));
        Assert.Contains("keycap: #", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0030-FE0F-20E3", "30-20e3")]
    [InlineData("00a9", "a9")]
    [InlineData("1f468-200d-2764-fe0f-200d-1f468", "1f468-200d-2764-200d-1f468")]
    public void Code_points_are_compared_in_lower_case_without_fe0f_and_leading_zeros(string written, string key) =>
        Assert.Equal(key, CodePoints.Normalise(written));

    [Fact]
    public void Text_and_its_written_code_points_have_one_key()
    {
        Assert.Equal("30-20e3", CodePoints.Of("0\ufe0f\u20e3"));
        Assert.True(CodePoints.HasSkinTone(CodePoints.Of("👋🏽")));
        Assert.False(CodePoints.HasSkinTone(CodePoints.Of("🏻🏰"[2..])));
        Assert.True(CodePoints.IsFlag(CodePoints.Of("🇵🇪")));
        Assert.False(CodePoints.IsFlag(CodePoints.Of("🏁")));
    }
}
