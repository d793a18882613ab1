using CllClip.Engine.Data.Statistics;
using Xunit;

namespace CllClip.Engine.Tests.Data.Statistics;

/// <summary>Words as Unicode's segmentation cuts them; the cases are of UAX #29 and of the languages of the benchmark.</summary>
public sealed class WordCountTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData(" \t!? … – ", 0)]
    [InlineData("a dog", 2)]
    [InlineData("The quick (“brown”) fox can’t jump 32.3 feet, right?", 9)] // the example of UAX #29
    [InlineData("can't", 1)]
    [InlineData("'quoted'", 1)]
    [InlineData("3,456.789", 1)]
    [InlineData("1, 2", 2)]
    [InlineData("e.g. this", 2)]
    [InlineData("end.Begin", 1)]
    [InlineData("well-known", 2)]
    [InlineData("snake_case", 1)]
    [InlineData("A3 a3b", 2)]
    [InlineData("L·l i col·lecció", 3)]
    [InlineData("ein grünes Häuschen", 3)]
    [InlineData("кот и пёс", 3)]
    [InlineData("قطة على السرير", 3)]
    [InlineData("گربه\u200Cها می\u200Cخوابند", 2)] // joined by a zero-width non-joiner
    [InlineData("एक बिल्ली सोती है", 4)] // vowel signs are marks
    [InlineData("고양이가 잔다", 2)]
    [InlineData("un été à l’ombre", 4)]
    [InlineData("🐱 cat", 1)]
    [InlineData("half \ud83d surrogate", 2)]
    public void They_are_counted(string text, int words) => Assert.Equal(words, WordCount.Of(text));

    [Theory]
    [InlineData("en", true)]
    [InlineData("ko", true)]
    [InlineData("vi", true)]
    [InlineData("zh", false)]
    [InlineData("zh-Hant", false)]
    [InlineData("ja", false)]
    [InlineData("th", false)]
    public void Languages_without_spaces_have_none(string language, bool has) => Assert.Equal(has, WordCount.HasWords(language));
}
