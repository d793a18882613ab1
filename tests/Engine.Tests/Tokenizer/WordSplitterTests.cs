using System.Text.RegularExpressions;
using CllClip.Engine.Tokenizer;
using Xunit;

namespace CllClip.Engine.Tests.Tokenizer;

/// <summary>What a word is, against the regular expressions themselves.</summary>
public class WordSplitterTests
{
    private static readonly string[] Texts =
    [
        "it's the dog's, they'll've gone's 10⁵ !!",
        "हिन्दी में बिल्ली",
        "বাংলা বিড়াল",
        "తెలుగు పిల్లి",
        "ภาษาไทย น้ำ",
        "קָטָן كَلْبٌ",
        "e\u0301 a\u20dd '\u0301s",
        "日本の猫 한글",
    ];

    [Fact]
    public void Marks_stay_in_the_word()
    {
        Assert.Equal(["हिन्दी", "में", "बिल्ली"], WordSplitter.WithMarks.Split("हिन्दी में बिल्ली"));
        Assert.Equal(["ภาษาไทย", "น้ำ"], WordSplitter.WithMarks.Split("ภาษาไทย น้ำ"));
        Assert.True(WordSplitter.Clip.Split("हिन्दी").Count > 1); // CLIP's pattern cuts
    }

    [Theory]
    [InlineData("clip")]
    [InlineData("marks")]
    public void Words_are_the_matches_of_the_expression(string name)
    {
        var splitter = WordSplitter.Of(name);
        var expression = new Regex(splitter.Expression, RegexOptions.CultureInvariant);
        Assert.All(Texts, text => Assert.Equal(expression.Matches(text).Select(m => m.Value), splitter.Split(text)));
    }

    [Fact]
    public void An_unknown_pattern_is_named() =>
        Assert.Contains("'words'", Assert.Throws<EngineException>(() => WordSplitter.Of("words")).Message, StringComparison.Ordinal);
}
