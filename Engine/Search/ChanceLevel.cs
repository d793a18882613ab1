using System.Globalization;

namespace CllClip.Engine.Search;

/// <summary>
/// What a checkpoint finds for texts that mean nothing: queries whose characters were shuffled. The level is the median of their best cosines: a
/// query that stays below it fits the gallery no better than such a text usually does. A stricter level cannot be told from real queries: the 95th
/// percentile lies above half of the shipped examples, all of which find their thing; the median above 3 in 100 of them.
/// </summary>
public static class ChanceLevel
{
    private const int Seed = 1;

    /// <summary>The level: a cosine.</summary>
    /// <param name="checkpoint">What embeds the queries.</param>
    /// <param name="gallery">What is searched.</param>
    /// <param name="queries">Real queries with their languages; their characters are shuffled.</param>
    /// <param name="stop">Stops between queries.</param>
    /// <returns>The cosine; minus infinity where no query has a token, so that nothing lies below it.</returns>
    public static double Of(
        SearchCheckpoint checkpoint,
        SearchGallery gallery,
        IEnumerable<(string Language, string Text)> queries,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(gallery);
        ArgumentNullException.ThrowIfNull(queries);
        var random = new Random(Seed);
        var best = new List<float>();
        foreach (var (language, text) in queries)
        {
            stop.ThrowIfCancellationRequested();
            if (checkpoint.Embed(Shuffled(text, random), language) is { } vector)
            {
                best.Add(gallery.Score(vector).Best.Max());
            }
        }
        best.Sort();
        return best.Count == 0 ? double.NegativeInfinity : best[best.Count / 2];
    }

    /// <summary>The characters of a text, as people see them, in another order.</summary>
    internal static string Shuffled(string text, Random random)
    {
        var characters = new List<string>();
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            characters.Add(elements.GetTextElement());
        }
        var array = characters.ToArray();
        random.Shuffle(array);
        return string.Concat(array);
    }
}
