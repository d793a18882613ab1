using CllClip.Engine.Search;
using CllClip.Engine.Tests.Data;
using Xunit;

namespace CllClip.Engine.Tests.Search;

public class LanguageDetectorTests
{
    private static readonly LanguageDetector Small = LanguageDetector.Of([
        ("en", ["red cat", "black dog", "the sun"], []),
        ("de", ["rote Katze", "schwarzer Hund", "die Sonne"], ["Tür", "süß"]),
        ("fi", ["punainen kissa", "musta koira", "aurinko"], []),
        ("ru", ["красная кошка", "солнце", "этот"], []),
        ("uk", ["червона кішка", "сонце", "їжак"], []),
        ("ar", ["قطة حمراء", "كلب"], []),
        ("fa", ["گربه قرمز", "سگ"], []),
        ("ja", ["赤い猫", "太陽"], []),
        ("zh", ["红色的猫", "太阳"], []),
    ]);

    [Theory]
    [InlineData("katze", "de")]
    [InlineData("süßer Hund", "de")]
    [InlineData("kissa", "fi")]
    [InlineData("The CAT", "en")]
    [InlineData("їжак", "uk")]
    [InlineData("кошка", "ru")]
    [InlineData("گربه", "fa")]
    [InlineData("قطة", "ar")]
    [InlineData("ねこ", "ja")]
    [InlineData("赤い", "ja")]
    [InlineData("红", "zh")]
    [InlineData("ελληνικά", "el")] // by the script alone: no captions of it were given
    [InlineData("बिल्ली", "hi")]
    [InlineData("แมว", "th")]
    [InlineData("고양이", "ko")]
    [InlineData("12 + 3", "en")]
    [InlineData("🐈", "en")]
    public void Script_words_and_letters_tell_the_language(string text, string language) => Assert.Equal(language, Small.Detect(text));

    [Fact]
    public void A_word_of_two_languages_is_of_the_one_that_writes_it_with_this_case()
    {
        var detector = LanguageDetector.Of([("da", ["elefant", "hest"], []), ("de", ["Elefant", "Hest"], [])]);
        Assert.Equal("de", detector.Detect("Elefant"));
        Assert.Equal("da", detector.Detect("elefant"));
    }

    [Fact]
    public void A_chosen_language_wins_where_its_script_fits_and_a_hint_decides_where_nothing_else_does()
    {
        Assert.Equal("fi", Small.Detect("katze", chosen: "fi"));
        Assert.Equal("uk", Small.Detect("їжак", chosen: "fi"));
        Assert.Equal("ja", Small.Detect("太陽", chosen: "ja"));
        Assert.Equal("fi", Small.Detect("🐈", hint: "fi"));
        Assert.Equal("en", Small.Detect("🐈", hint: "xx"));
    }

    [Fact]
    public void Four_fifths_of_the_names_in_any_language_are_told_right_or_are_words_of_the_language_told()
    {
        var dataset = PreparedEmoji36.Dataset;
        var detector = LanguageDetector.Of(dataset);
        var common = dataset.Emoji.Where(e => e.Common36).Select(e => e.Index).ToList();
        var names = dataset.Languages.ToDictionary(
            l => l,
            l => dataset.Emoji.Select(e => dataset.NameOf(l, e.Index)).OfType<string>().ToHashSet()
        );
        var shares = dataset.Languages.ToDictionary(
            l => l,
            l =>
                common.Average(e =>
                {
                    var name = dataset.NameOf(l, e)!;
                    var told = detector.Detect(name);
                    return told == l || names[told].Contains(name) ? 1.0 : 0;
                })
        );
        Assert.All(shares, s => Assert.True(s.Value > 0.8, $"{s.Key}: {s.Value:P1}"));
        Assert.True(shares.Values.Average() > 0.93, $"mean {shares.Values.Average():P1}");
    }
}
