using System.Diagnostics;
using System.Text;
using CllClip.Engine.Data.Emoji36;
using Xunit;

namespace CllClip.Engine.Tests.Data.Emoji36;

public class DatasetTests
{
    [Fact]
    public void It_has_the_emoji_languages_and_galleries_of_the_specification()
    {
        var data = PreparedEmoji36.Dataset;
        Assert.Equal(1_852, data.Emoji.Count);
        Assert.Equal(1_607, data.Emoji.Count(e => !e.Flag));
        Assert.Equal(1_294, data.Emoji.Count(e => e.Common36));
        Assert.Equal(36, data.Languages.Count);
        Assert.Equal(1_600, data.Emoji.Count(e => data.NameOf("quz", e.Index) is not null));
        Assert.Equal(1_544, data.Emoji.Count(e => data.NameOf("mi", e.Index) is not null));
        Assert.Equal(1_604, data.Emoji.Count(e => data.NameOf("da", e.Index) is not null));
        // Every drawing there is renders: 4 artists for the emoji, 3 for the flags.
        Assert.Empty(data.MissingDrawings);
        Assert.Equal((4 * 1_607) + (3 * 245), data.ImageCount);
        foreach (var language in data.Languages)
        {
            var tests = data.Tests(language);
            Assert.Equal(["emoji36", "emoji36-all", "emoji36-seen"], tests.Select(t => t.Protocol));
            Assert.Equal(1_294, tests[0].Images.Count);
            Assert.Equal(data.Emoji.Count(e => !e.Flag && data.NameOf(language, e.Index) is not null), tests[1].Images.Count);
            Assert.Equal(tests[0].Captions, tests[2].Captions);
        }
        Assert.Equal(332, data.Validation("en")!.Images.Count);
    }

    [Fact]
    public void Test_sets_ask_with_names_for_the_test_drawing_and_the_seen_variant_for_a_training_drawing()
    {
        var data = PreparedEmoji36.Dataset;
        var (test, seen) = (data.Tests("fi")[0], data.Tests("fi")[2]);
        for (var i = 0; i < test.Images.Count; i++)
        {
            var emoji = data.EmojiOf(test.Images[i]);
            Assert.Equal(emoji.TestArtist, data.ArtistOf(test.Images[i]));
            Assert.Equal(data.NameOf("fi", emoji.Index), test.Captions[i]);
            Assert.Equal(i, test.ImageOfCaption[i]);
            Assert.Equal(emoji, data.EmojiOf(seen.Images[i]));
            Assert.Equal(
                Enumerable.Range(0, 4).First(a => a != emoji.TestArtist && a != emoji.ValidationArtist && emoji.Images[a] >= 0),
                data.ArtistOf(seen.Images[i])
            );
        }
    }

    [Theory]
    [InlineData("en")]
    [InlineData("quz")]
    [InlineData("ja")]
    public void No_epoch_ever_draws_a_held_out_drawing_and_in_the_long_run_all_others_come(string language)
    {
        var data = PreparedEmoji36.Dataset;
        var heldOut = data.Emoji.SelectMany(e => new[] { e.TestImage, e.ValidationImage }).ToHashSet();
        var seen = new HashSet<int>();
        for (var seed = 0; seed < 25; seed++)
        {
            foreach (var pair in data.TrainingEpoch(language, new Random(seed)))
            {
                Assert.DoesNotContain(pair.Image, heldOut);
                seen.Add(pair.Image);
            }
        }
        var free = data.Emoji.Where(e => data.NameOf(language, e.Index) is not null).Sum(e => e.TrainingImages.Count);
        Assert.InRange(seen.Count, free - 3, free);
    }

    [Fact]
    public void An_epoch_has_each_name_and_one_keyword_with_an_English_partner_of_the_same_emoji()
    {
        var data = PreparedEmoji36.Dataset;
        var epoch = data.TrainingEpoch("de", new Random(1));
        Assert.Equal(2 * 1_852, epoch.Count);
        Assert.Equal(epoch.Count, data.TrainingPairCount("de"));
        var texts = data.TrainingTexts("de").ToHashSet();
        foreach (var pair in epoch)
        {
            var emoji = data.EmojiOf(pair.Image).Index;
            Assert.Contains(pair.Caption, texts);
            if (pair.Caption == data.NameOf("de", emoji) && pair.English == data.NameOf("en", emoji))
            {
                continue;
            }
            Assert.Contains(pair.Caption, data.KeywordsOf("de", emoji));
            Assert.Contains(pair.English, data.KeywordsOf("en", emoji));
        }
        var drawn = epoch.Select(p => (p.Caption, data.EmojiOf(p.Image).Index)).ToHashSet();
        Assert.All(data.Emoji, emoji => Assert.Contains((data.NameOf("de", emoji.Index)!, emoji.Index), drawn));
    }

    [Fact]
    public void Equal_seeds_give_equal_epochs_and_other_seeds_others()
    {
        var data = PreparedEmoji36.Dataset;
        Assert.Equal(data.TrainingEpoch("he", new Random(5)), data.TrainingEpoch("he", new Random(5)));
        Assert.NotEqual(data.TrainingEpoch("he", new Random(5)), data.TrainingEpoch("he", new Random(6)));
    }

    [Fact]
    public void Training_texts_are_distinct_and_whole()
    {
        var data = PreparedEmoji36.Dataset;
        foreach (var language in data.Languages)
        {
            var texts = data.TrainingTexts(language);
            var all = texts.ToHashSet();
            Assert.Equal(texts.Count, texts.Distinct().Count());
            Assert.All(texts, text => Assert.Equal(text.Trim(), text));
            Assert.DoesNotContain("", texts);
            Assert.All(data.Tests(language)[0].Captions, caption => Assert.Contains(caption, all));
        }
        Assert.Equal("grinsendes Gesicht", data.NameOf("de", data.Emoji.First(e => e.CodePoint == "1f600").Index));
    }

    [Fact]
    public void Texts_are_composed_so_that_search_need_not_do_it_at_every_start() =>
        Assert.All(
            PreparedEmoji36.Dataset.Languages.Select(PreparedEmoji36.Dataset.Texts),
            texts =>
            {
                for (var emoji = 0; emoji < texts.Count; emoji++)
                {
                    Assert.True(texts.Name(emoji).IsNormalized(NormalizationForm.FormC));
                    for (var k = 0; k < texts.KeywordCount(emoji); k++)
                    {
                        Assert.True(texts.Keyword(emoji, k).IsNormalized(NormalizationForm.FormC));
                    }
                }
            }
        );

    [Fact]
    public void Pixels_are_64_square_on_white_and_show_the_thing()
    {
        var data = PreparedEmoji36.Dataset;
        var heart = data.Emoji.First(e => e.CodePoint == "2764");
        foreach (var image in heart.Images)
        {
            var pixels = data.ReadImage(image).Pixels;
            Assert.Equal(64 * 64 * 3, pixels.Length);
            Assert.True(pixels.AsSpan(0, 3).SequenceEqual(new byte[] { 255, 255, 255 }), "the corner is white");
            var middle = pixels.AsSpan(((34 * 64) + 32) * 3, 3).ToArray();
            Assert.True(middle[0] > 150 && middle[1] < 120 && middle[2] < 120, $"the middle of a red heart is {string.Join(' ', middle)}");
        }
    }

    [Fact]
    public void Pictures_for_pages_are_vector_or_webp()
    {
        var data = PreparedEmoji36.Dataset;
        foreach (var image in data.Emoji[1_000].Images)
        {
            var picture = data.DisplayImage(image);
            Assert.Equal(data.ArtistOf(image) == 3 ? "image/webp" : "image/svg+xml", picture.ContentType);
            var start = Encoding.Latin1.GetString(picture.Bytes, 0, 12);
            Assert.True(
                data.ArtistOf(image) == 3
                    ? start.EndsWith("WEBP", StringComparison.Ordinal)
                    : start.StartsWith("<svg ", StringComparison.Ordinal)
            );
        }
    }

    [Fact]
    public void An_unknown_language_is_named_in_the_error()
    {
        var error = Assert.Throws<EngineException>(() => PreparedEmoji36.Dataset.TrainingTexts("tlh"));
        Assert.Contains("'tlh'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_small_on_disk_and_quick_to_open()
    {
        Assert.InRange(PreparedEmoji36.Report.Bytes, 1, 25_000_000);
        var folder = PreparedEmoji36.Folder;
        Emoji36Dataset.Open(folder);
        var watch = Stopwatch.StartNew();
        Emoji36Dataset.Open(folder);
        Assert.True(watch.ElapsedMilliseconds < 1_000, $"opening took {watch.ElapsedMilliseconds} ms");
    }
}
