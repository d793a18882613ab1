using System.Globalization;
using CllClip.Portal.Layout;
using Xunit;

namespace CllClip.Portal.Tests.Layout;

public sealed class CsvTests
{
    [Fact]
    public void Numbers_are_invariant_and_exact_and_keep_their_sign()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        try
        {
            Assert.Equal(
                "a,b,c,d\n-5,0.30000000000000004,,true\n",
                Csv.Write(
                    ["a", "b", "c", "d"],
                    [
                        [-5, 0.1 + 0.2, null, true],
                    ]
                )
            );
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a, b", "\"a, b\"")]
    [InlineData("say \"so\"", "\"say \"\"so\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+49", "\"'+49\"")]
    [InlineData("-5", "\"'-5\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("雪だるま", "雪だるま")]
    public void Text_is_quoted_where_needed_and_never_a_formula(string text, string field) =>
        Assert.Equal(
            $"x,y\n{field},1\n",
            Csv.Write(
                ["x", "y"],
                [
                    [text, 1],
                ]
            )
        );
}
