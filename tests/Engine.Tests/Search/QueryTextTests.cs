using CllClip.Engine.Search;
using Xunit;

namespace CllClip.Engine.Tests.Search;

public class QueryTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData(" \t\r\n\u3000 ", "")]
    [InlineData("\0\u0001\u001b\u007f\u0085", "")]
    [InlineData("  red \t cat\n", "red cat")]
    [InlineData("a\u0000b", "a b")]
    [InlineData("\ud83d", "")]
    [InlineData("🐈 猫", "🐈 猫")]
    [InlineData("cat<|endoftext|>dog<|STARTOFTEXT|>", "cat dog")]
    [InlineData("می‌خواهم", "می‌خواهم")] // the joiner inside a Persian word stays
    public void What_is_typed_is_cleaned(string? typed, string cleaned) =>
        Assert.Equal(new QueryText(cleaned, false), QueryText.Clean(typed));

    [Fact]
    public void A_very_long_query_is_cut_between_characters_as_a_person_sees_them()
    {
        var family = "👨‍👩‍👧‍👦"; // one character of eleven code units
        var query = QueryText.Clean(string.Concat(Enumerable.Repeat(family, 10_000)));
        Assert.True(query.Cut);
        Assert.InRange(query.Text.Length, QueryText.Longest - family.Length, QueryText.Longest);
        Assert.Equal(0, query.Text.Length % family.Length);
        Assert.InRange(QueryText.Clean(new string('x', 1_000_000)).Text.Length, 1, QueryText.Longest);
    }
}
