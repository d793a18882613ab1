using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.CompilerServices;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;

namespace CllClip.Engine.Search;

/// <summary>A thing of a gallery: one entry of the ranking, whatever the number of its images.</summary>
/// <param name="Id">Identifier, safe in an address: letters, digits and hyphens.</param>
/// <param name="Images">Indices of its images in the data set, ascending.</param>
public sealed record GalleryThing(string Id, IReadOnlyList<int> Images);

/// <summary>One thing found.</summary>
/// <param name="Thing">Position in <see cref="SearchGallery.Things"/>.</param>
/// <param name="Image">Its image that fits best.</param>
/// <param name="Score">Cosine similarity of that image.</param>
/// <param name="Percentile">Share (percent) of the other things that score lower.</param>
public readonly record struct GalleryHit(int Thing, int Image, float Score, double Percentile);

/// <summary>Scores of every thing for one query.</summary>
/// <param name="Best">Cosine of each thing's best image. [T]</param>
/// <param name="Image">That image. [T]</param>
public sealed record GalleryScores(float[] Best, int[] Image);

/// <summary>
/// Images that are searched: a thing scores by its best image. Exact search over unit vectors: a fraction of a
/// millisecond for thousands of images, about ten for a hundred thousand (docs/benchmarks/search.md). Immutable and safe to share between threads.
/// </summary>
public sealed class SearchGallery
{
    /// <summary>From so many numbers on (65 MB) a query is spread over all cores: less is done before threads have woken.</summary>
    private const int ManyNumbers = 1 << 24;

    private readonly float[] _vectors; // [N, D], unit length, thing by thing
    private readonly int[] _first; // number of images before each thing
    private readonly Func<int, string, string?> _name;
    private readonly Dictionary<string, int> _byId;

    /// <summary>Makes a gallery.</summary>
    /// <param name="id">Identifier.</param>
    /// <param name="name">Name shown.</param>
    /// <param name="things">The things; each has at least one image.</param>
    /// <param name="rows">Image embeddings of the data set, not normalised; an image is named by its row. [images · D]</param>
    /// <param name="embeddingSize">Length D of an embedding.</param>
    /// <param name="nameOf">Name of a thing (by position) in a language, or null.</param>
    /// <exception cref="EngineException">An embedding is not a number.</exception>
    public SearchGallery(
        string id,
        string name,
        IReadOnlyList<GalleryThing> things,
        ReadOnlySpan<float> rows,
        int embeddingSize,
        Func<int, string, string?> nameOf
    )
    {
        ArgumentNullException.ThrowIfNull(things);
        (Id, Name, Things, EmbeddingSize, _name) = (id, name, things, embeddingSize, nameOf);
        ImageCount = things.Sum(t => t.Images.Count);
        _vectors = new float[ImageCount * embeddingSize];
        _byId = things.Select((t, i) => (t.Id, i)).ToDictionary(x => x.Id, x => x.i, StringComparer.Ordinal);
        _first = new int[things.Count];
        for (var thing = 1; thing < _first.Length; thing++)
        {
            _first[thing] = _first[thing - 1] + things[thing - 1].Images.Count;
        }
        var at = 0;
        foreach (var image in things.SelectMany(t => t.Images))
        {
            Unit(rows.Slice(image * embeddingSize, embeddingSize), _vectors.AsSpan(at, embeddingSize));
            at += embeddingSize;
        }
    }

    /// <summary>Identifier.</summary>
    public string Id { get; }

    /// <summary>Name shown.</summary>
    public string Name { get; }

    /// <summary>What is ranked.</summary>
    public IReadOnlyList<GalleryThing> Things { get; }

    /// <summary>Number of images behind the things.</summary>
    public int ImageCount { get; }

    /// <summary>Length D of an embedding.</summary>
    public int EmbeddingSize { get; }

    /// <summary>The gallery of Emoji36: the drawings of all four artists, ranked by emoji.</summary>
    public static SearchGallery Of(Emoji36Dataset dataset, TeacherFeatures features)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(features);
        var emoji = dataset.Emoji.Where(e => e.Images.Any(i => i >= 0)).ToList();
        return new SearchGallery(
            Emoji36Dataset.DatasetId,
            dataset.Name,
            [.. emoji.Select(e => new GalleryThing(e.CodePoint, [.. e.Images.Where(i => i >= 0)]))],
            features.ImageRows(),
            features.Width,
            (thing, language) => dataset.NameOf(language, emoji[thing].Index)
        );
    }

    /// <summary>Position of the thing with this identifier, or null.</summary>
    public int? Find(string id) => _byId.TryGetValue(id, out var thing) ? thing : null;

    /// <summary>Position of the thing that has an image; null where the gallery lacks it.</summary>
    /// <param name="image">Index of the image in the data set.</param>
    public int? ThingOf(int image)
    {
        for (var thing = 0; thing < Things.Count; thing++)
        {
            if (Things[thing].Images.Contains(image))
            {
                return thing;
            }
        }
        return null;
    }

    /// <summary>Name of a thing in a language; null where it has none.</summary>
    public string? NameOf(int thing, string language) => _name(thing, language);

    /// <summary>Unit vector of a vector; zeros stay zeros.</summary>
    /// <exception cref="EngineException">It holds NaN or infinity.</exception>
    public static float[] Unit(ReadOnlySpan<float> vector)
    {
        var unit = new float[vector.Length];
        Unit(vector, unit);
        return unit;
    }

    /// <summary>The unit vector of one image of a thing. [D]</summary>
    /// <param name="image">Index of the image in the data set.</param>
    /// <returns>Null where the gallery lacks it.</returns>
    public float[]? VectorOf(int image)
    {
        var at = 0;
        foreach (var own in Things.SelectMany(t => t.Images))
        {
            if (own == image)
            {
                return _vectors.AsSpan(at * EmbeddingSize, EmbeddingSize).ToArray();
            }
            at++;
        }
        return null;
    }

    /// <summary>Scores every thing.</summary>
    /// <param name="query">Unit vector. [D]</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public GalleryScores Score(ReadOnlySpan<float> query)
    {
        if (query.Length != EmbeddingSize)
        {
            throw new ArgumentException($"A query of {query.Length} numbers; the gallery's vectors have {EmbeddingSize}.", nameof(query));
        }
        var scores = new GalleryScores(new float[Things.Count], new int[Things.Count]);
        if (_vectors.Length < ManyNumbers)
        {
            Score(query, scores, 0, Things.Count);
        }
        else
        {
            var shared = query.ToArray();
            Parallel.ForEach(
                Partitioner.Create(0, Things.Count, (Things.Count + Environment.ProcessorCount - 1) / Environment.ProcessorCount),
                part => Score(shared, scores, part.Item1, part.Item2)
            );
        }
        return scores;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Score(ReadOnlySpan<float> query, GalleryScores scores, int from, int to)
    {
        var (best, image) = scores;
        var at = _first[from] * EmbeddingSize;
        for (var thing = from; thing < to; thing++)
        {
            best[thing] = float.NegativeInfinity;
            foreach (var own in Things[thing].Images)
            {
                var score = Dot(query, _vectors.AsSpan(at, EmbeddingSize));
                at += EmbeddingSize;
                if (score > best[thing])
                {
                    (best[thing], image[thing]) = (score, own);
                }
            }
        }
    }

    /// <summary>The best things; equal scores in the order of the gallery.</summary>
    /// <param name="query">Unit vector. [D]</param>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<GalleryHit> Rank(ReadOnlySpan<float> query, int count)
    {
        var scores = Score(query);
        var top = Top(scores.Best, Math.Min(count, scores.Best.Length));
        var hits = new GalleryHit[top.Length];
        var lower = Lower(scores.Best, top);
        for (var i = 0; i < top.Length; i++)
        {
            var beaten = scores.Best.Length > 1 ? 100.0 * lower[i] / (scores.Best.Length - 1) : 100;
            hits[i] = new GalleryHit(top[i], scores.Image[top[i]], scores.Best[top[i]], beaten);
        }
        return hits;
    }

    /// <summary>Positions of the largest values, largest first, equal ones in their order; without sorting all of them.</summary>
    private static int[] Top(float[] values, int count)
    {
        // Of two equal values the later is the lesser: it leaves the queue first.
        var least = new PriorityQueue<int, (float Value, int Later)>(count + 1);
        for (var i = 0; i < values.Length; i++)
        {
            if (least.Count < count)
            {
                least.Enqueue(i, (values[i], -i));
            }
            else if (count > 0 && least.TryPeek(out _, out var worst) && values[i] > worst.Value)
            {
                least.EnqueueDequeue(i, (values[i], -i));
            }
        }
        var top = new int[least.Count];
        for (var i = top.Length - 1; i >= 0; i--)
        {
            top[i] = least.Dequeue();
        }
        return top;
    }

    /// <summary>How many of all values are less than each of the largest.</summary>
    private static int[] Lower(float[] values, int[] top)
    {
        var lower = new int[top.Length];
        if (top.Length == 0)
        {
            return lower;
        }
        var lowest = values[top[^1]];
        var below = 0;
        foreach (var value in values)
        {
            if (value < lowest)
            {
                below++;
            }
        }
        // All values from the lowest up are among the largest, or equal to the lowest.
        for (var i = 0; i < top.Length; i++)
        {
            var own = values[top[i]];
            lower[i] = own == lowest ? below : values.Length - top.Count(t => values[t] >= own);
        }
        return lower;
    }

    /// <summary>Place of a thing from 1; things that score the same stand before it, as in the evaluation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int PlaceOf(GalleryScores scores, int thing)
    {
        ArgumentNullException.ThrowIfNull(scores);
        var own = scores.Best[thing];
        var place = 0;
        foreach (var score in scores.Best)
        {
            if (score >= own)
            {
                place++;
            }
        }
        return place;
    }

    /// <summary>Cosine similarity of two unit vectors. As <c>TensorPrimitives.Dot</c>, which takes a third of a second of the first search to compile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var (sum, second) = (Vector<float>.Zero, Vector<float>.Zero); // two, so that an addition need not wait for the one before
        var i = 0;
        for (; i <= a.Length - 2 * Vector<float>.Count; i += 2 * Vector<float>.Count)
        {
            sum += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
            second += new Vector<float>(a[(i + Vector<float>.Count)..]) * new Vector<float>(b[(i + Vector<float>.Count)..]);
        }
        sum += second;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            sum += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
        }
        var dot = Vector.Sum(sum);
        for (; i < a.Length; i++)
        {
            dot += a[i] * b[i];
        }
        return dot;
    }

    private static void Unit(ReadOnlySpan<float> vector, Span<float> unit)
    {
        double sum = 0;
        foreach (var x in vector)
        {
            sum += (double)x * x;
        }
        if (!double.IsFinite(sum))
        {
            throw new EngineException("An embedding is not a number: the checkpoint's weights are broken. Restore or train it again.");
        }
        var factor = sum > 0 ? 1 / Math.Sqrt(sum) : 0;
        for (var i = 0; i < unit.Length; i++)
        {
            unit[i] = (float)(vector[i] * factor);
        }
    }
}
