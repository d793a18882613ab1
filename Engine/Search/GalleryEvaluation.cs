using CllClip.Engine.Data.Emoji36;

namespace CllClip.Engine.Search;

/// <summary>How well names find their thing in the whole gallery, one language.</summary>
/// <param name="Language">Language of the names.</param>
/// <param name="Queries">Number of names.</param>
/// <param name="R1">Share (percent) whose thing comes first.</param>
/// <param name="R5">Share whose thing is among the first 5.</param>
/// <param name="R10">Share whose thing is among the first 10.</param>
public sealed record GalleryRecall(string Language, int Queries, double R1, double R5, double R10);

/// <summary>
/// Recall of search as a person uses it: queries are the names that are common to all 36 languages, the gallery holds all drawings of all
/// artists, ranked by thing. Most drawings were seen in training: this is no benchmark of retrieval, but of the search page. Equal scores count against the model.
/// </summary>
public static class GalleryEvaluation
{
    /// <summary>Places (from 1) of the things named, for every common name of a language; a name without any token comes last.</summary>
    /// <param name="dataset">Emoji36.</param>
    /// <param name="gallery">Its gallery.</param>
    /// <param name="checkpoint">What embeds the names.</param>
    /// <param name="language">Language of the names.</param>
    /// <param name="stop">Stops between queries.</param>
    public static IReadOnlyList<(EmojiItem Emoji, int Place)> Places(
        Emoji36Dataset dataset,
        SearchGallery gallery,
        SearchCheckpoint checkpoint,
        string language,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(gallery);
        ArgumentNullException.ThrowIfNull(checkpoint);
        var places = new List<(EmojiItem, int)>();
        foreach (var emoji in dataset.Emoji.Where(e => e.Common36))
        {
            stop.ThrowIfCancellationRequested();
            if (dataset.NameOf(language, emoji.Index) is not { } name || gallery.Find(emoji.CodePoint) is not { } thing)
            {
                continue;
            }
            var query = checkpoint.Embed(QueryText.Clean(name).Text, language);
            places.Add((emoji, query is null ? gallery.Things.Count : SearchGallery.PlaceOf(gallery.Score(query), thing)));
        }
        return places;
    }

    /// <summary>Recall of one language.</summary>
    public static GalleryRecall Recall(string language, IReadOnlyCollection<int> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        double At(int k) => places.Count == 0 ? 0 : 100.0 * places.Count(p => p <= k) / places.Count;
        return new GalleryRecall(language, places.Count, At(1), At(5), At(10));
    }
}
