using System.Diagnostics;
using System.Globalization;
using CllClip.Engine.Search;

namespace CllClip.Benchmarks;

/// <summary>Time of ranking a large gallery of random unit vectors for one query, everything but the query's embedding.</summary>
internal sealed class VectorsBenchmark : IBenchmark
{
    private const int Size = 512;
    private const int Hits = 24;
    private const double Target99 = 20;

    /// <inheritdoc/>
    public string Verb => "vectors";

    /// <inheritdoc/>
    public string Summary =>
        "[IMAGES [QUERIES]]: ranking of a gallery of random unit vectors of 512 (target: 100,000 images under 20 ms for the 99th percentile)";

    /// <inheritdoc/>
    public int Run(string[] args)
    {
        var images = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        var queries = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1000;
        var random = new Random(1);
        var gallery = new SearchGallery(
            "random",
            "Random unit vectors",
            [.. Enumerable.Range(0, images).Select(i => new GalleryThing($"v{i}", [i]))],
            Normal(random, images * Size),
            Size,
            (_, _) => null
        );
        var times = new double[queries];
        for (var i = -20; i < queries; i++)
        {
            var query = SearchGallery.Unit(Normal(random, Size));
            var began = Stopwatch.GetTimestamp();
            gallery.Rank(query, Hits);
            if (i >= 0)
            {
                times[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        }
        Array.Sort(times);
        double At(double share) => times[Math.Min(queries - 1, (int)(share * queries))];
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{images:N0} images of {Size}, {queries} queries, {Environment.ProcessorCount} cores: median {At(0.5):0.0} ms, 95 % {At(0.95):0.0} ms, 99 % {At(0.99):0.0} ms, longest {times[^1]:0.0} ms"
            )
        );
        return At(0.99) < Target99 ? 0 : 1;
    }

    private static float[] Normal(Random random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
        return values;
    }
}
