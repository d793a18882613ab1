using CllClip.Engine.Search;
using Xunit;

namespace CllClip.Engine.Tests.Search;

/// <summary>Ranking against a plain computation of the definition.</summary>
public class SearchGalleryTests
{
    private const int Size = 19;

    [Fact]
    public void A_thing_scores_by_its_best_image_and_places_shares_and_order_are_those_of_the_definition()
    {
        var random = new Random(3);
        var (gallery, things, rows) = Random(random, 60);
        for (var round = 0; round < 20; round++)
        {
            var query = SearchGallery.Unit(Vector(random));
            var naive = things
                .Select((t, i) => (Thing: i, Best: t.Images.Max(image => Cosine(query, rows.AsSpan(image * Size, Size)))))
                .OrderByDescending(x => x.Best)
                .ToList();
            var hits = gallery.Rank(query, 25);
            Assert.Equal(naive.Take(25).Select(n => n.Thing), hits.Select(h => h.Thing));
            for (var i = 0; i < hits.Count; i++)
            {
                Assert.Equal(naive[i].Best, hits[i].Score, 1e-5);
                Assert.Equal(naive[i].Best, Cosine(query, rows.AsSpan(hits[i].Image * Size, Size)), 1e-6);
                Assert.Equal(100.0 * (things.Count - 1 - i) / (things.Count - 1), hits[i].Percentile, 9);
                Assert.Equal(i + 1, SearchGallery.PlaceOf(gallery.Score(query), hits[i].Thing));
            }
        }
    }

    [Fact]
    public void Equal_scores_keep_the_gallery_s_order_share_their_percentile_and_count_against_the_model()
    {
        float[] rows = [1, 0, 1, 0, 0, 1, 1, 0];
        var gallery = new SearchGallery(
            "g",
            "G",
            [.. Enumerable.Range(0, 4).Select(i => new GalleryThing($"t{i}", [i]))],
            rows,
            2,
            (_, _) => null
        );
        var hits = gallery.Rank([1, 0], 10);
        Assert.Equal([0, 1, 3, 2], hits.Select(h => h.Thing));
        Assert.All(hits.Take(3), h => Assert.Equal(100.0 / 3, h.Percentile, 9));
        Assert.Equal(0, hits[3].Percentile);
        Assert.Equal(3, SearchGallery.PlaceOf(gallery.Score([1, 0]), 0));
        Assert.Equal(2, gallery.Rank([1, 0], 2).Count);
    }

    [Fact]
    public void A_large_gallery_is_ranked_over_all_cores_as_the_definition_says()
    {
        const int size = 512,
            things = 33_000; // more numbers than one thread takes
        var random = new Random(8);
        var rows = new float[(things + things / 3) * size];
        foreach (ref var x in rows.AsSpan())
        {
            x = random.Next(-3, 4); // whole numbers: many equal scores
        }
        var image = 0;
        var gallery = new SearchGallery(
            "g",
            "G",
            [.. Enumerable.Range(0, things).Select(i => new GalleryThing($"t{i}", i % 3 == 0 ? [image++, image++] : [image++]))],
            rows,
            size,
            (_, _) => null
        );
        Assert.Equal(rows.Length / size, gallery.ImageCount);
        var query = new float[size];
        query[0] = 1;
        var scores = gallery.Score(query).Best;
        var naive = Enumerable
            .Range(0, things)
            .Select(t => gallery.Things[t].Images.Max(i => SearchGallery.Dot(query, SearchGallery.Unit(rows.AsSpan(i * size, size)))))
            .ToArray();
        Assert.Equal(naive, scores);
        var order = Enumerable.Range(0, things).OrderByDescending(t => naive[t]).ThenBy(t => t).Take(40).ToList();
        var hits = gallery.Rank(query, 40);
        Assert.Equal(order, hits.Select(h => h.Thing));
        Assert.Equal(order.Select(t => 100.0 * naive.Count(v => v < naive[t]) / (things - 1)), hits.Select(h => h.Percentile));
    }

    [Fact]
    public void Images_are_found_by_their_index_in_the_data_set()
    {
        var (gallery, things, rows) = Random(new Random(5), 10);
        var image = things[6].Images[^1];
        Assert.Equal(SearchGallery.Unit(rows.AsSpan(image * Size, Size)), gallery.VectorOf(image));
        Assert.Null(gallery.VectorOf(10_000));
        Assert.Equal(6, gallery.Find("t6"));
        Assert.Null(gallery.Find("../t6"));
        Assert.Equal(image, gallery.Rank(gallery.VectorOf(image)!, 1)[0].Image);
    }

    [Fact]
    public void A_broken_vector_is_an_error_and_a_vector_of_zeros_is_not()
    {
        Assert.Contains(
            "not a number",
            Assert.Throws<EngineException>(() => SearchGallery.Unit([1, float.NaN])).Message,
            StringComparison.Ordinal
        );
        Assert.Equal([0f, 0f], SearchGallery.Unit([0, 0]));
        Assert.Throws<ArgumentException>(() => Random(new Random(1), 3).Gallery.Score([1, 2]));
    }

    private static (SearchGallery Gallery, List<GalleryThing> Things, float[] Rows) Random(Random random, int count)
    {
        var (things, next) = (new List<GalleryThing>(), 0);
        for (var i = 0; i < count; i++)
        {
            var images = random.Next(1, 5);
            things.Add(new GalleryThing($"t{i}", [.. Enumerable.Range(next, images)]));
            next += images;
        }
        var rows = Enumerable.Range(0, next).SelectMany(_ => Vector(random)).ToArray();
        return (new SearchGallery("g", "G", things, rows, Size, (thing, language) => $"{thing} {language}"), things, rows);
    }

    private static float[] Vector(Random random) => [.. Enumerable.Range(0, Size).Select(_ => (float)(random.NextDouble() * 2 - 1))];

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0,
            aa = 0,
            bb = 0;
        for (var i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }
        return dot / Math.Sqrt(aa * bb);
    }
}
