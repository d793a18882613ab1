using CllClip.Engine.Search;
using CllClip.Engine.Tests.Training;
using Xunit;

namespace CllClip.Engine.Tests.Search;

/// <summary>Captions asked by images, and the level of chance, against naive counting.</summary>
public sealed class CaptionIndexTests : ToyRuns
{
    private static readonly string[] Captions =
    [
        "red cat",
        " ",
        "black dog",
        "green house",
        "blue sun",
        "red cat",
        "tree",
        "a fish in the sun",
    ];

    [Fact]
    public void The_nearest_captions_are_those_of_a_naive_ranking_to_half_precision()
    {
        var checkpoint = SearchCheckpoint.Of(Model, QueryTower.Of(Model));
        var index = CaptionIndex.Of(checkpoint, Captions, "en", TestContext.Current.CancellationToken);
        Assert.Equal(Captions.Length - 1, index.Count); // blanks have no token
        var image = checkpoint.Embed("black cat")!;
        var naive = Captions
            .Select((c, i) => (Caption: i, Vector: checkpoint.Embed(c.Trim(), "en")))
            .Where(c => c.Vector is not null)
            .Select(c => (c.Caption, Score: c.Vector!.Zip(image, (a, b) => (double)a * b).Sum()))
            .OrderByDescending(c => c.Score)
            .ThenBy(c => c.Caption)
            .ToList();
        var found = index.Nearest(image, 4);
        Assert.Equal(4, found.Count);
        Assert.Equal(naive.Take(4).Select(n => n.Score), found.Select(f => (double)f.Score), (a, b) => Math.Abs(a - b) < 2e-3);
        Assert.Equal(naive[0].Caption, found[0].Caption);
        Assert.Equal(100.0 * naive.Count(n => n.Score < naive[0].Score - 1e-6) / (naive.Count - 1), found[0].Percentile, 6);
        Assert.Equal(naive.Count, index.Nearest(image, 100).Count);
        Assert.Throws<ArgumentException>(() => index.Nearest([1f, 0f], 1));
        Assert.Empty(CaptionIndex.Of(checkpoint, [" "], "en", TestContext.Current.CancellationToken).Nearest(image, 3));
    }

    [Fact]
    public void The_level_of_chance_is_the_median_of_shuffled_queries()
    {
        var checkpoint = SearchCheckpoint.Of(Model, QueryTower.Of(Model));
        var vectors = Captions.Where(c => c != " ").Select(c => checkpoint.Embed(c)!).ToList();
        var things = vectors.Select((_, i) => new GalleryThing($"t{i}", [i])).ToList();
        var gallery = new SearchGallery("g", "G", things, vectors.SelectMany(v => v).ToArray(), vectors[0].Length, (_, _) => null);
        var queries = Enumerable.Range(0, 40).Select(i => ("en", $"something number {i} of forty")).ToList();
        var level = ChanceLevel.Of(checkpoint, gallery, queries, TestContext.Current.CancellationToken);
        var random = new Random(1);
        var best = queries.Select(q => gallery.Score(checkpoint.Embed(ChanceLevel.Shuffled(q.Item2, random))!).Best.Max()).ToList();
        Assert.Equal(20, best.Count(b => b < level));
        Assert.Contains((float)level, best);
        Assert.Equal(double.NegativeInfinity, ChanceLevel.Of(checkpoint, gallery, [("en", " ")], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("elephant")]
    [InlineData("e\u0301le\u0301phant")]
    [InlineData("हिन्दी")]
    public void Shuffling_keeps_characters_whole(string text)
    {
        var shuffled = ChanceLevel.Shuffled(text, new Random(3));
        Assert.Equal(text.Order(), shuffled.Order());
        Assert.NotEqual(text, shuffled);
        Assert.Equal(
            new System.Globalization.StringInfo(text).LengthInTextElements,
            new System.Globalization.StringInfo(shuffled).LengthInTextElements
        );
    }
}
