using System.Globalization;

namespace CllClip.Engine.Search;

/// <summary>
/// What a checkpoint finds for texts that mean nothing: queries whose characters were shuffled. A query whose best cosine stays below what all but
/// one in twenty of those reach fits the gallery no better than they do.
/// </summary>
public static class ChanceLevel
{
    /// <summary>Share (percent) of the shuffled queries that lie below the level.</summary>
    public const double Percentile = 95;

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
        return best.Count == 0 ? double.NegativeInfinity : best[Math.Min(best.Count - 1, (int)Math.Ceiling(best.Count * Percentile / 100))];
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
