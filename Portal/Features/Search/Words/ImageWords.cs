using System.Diagnostics;
using CllClip.Shared.Languages;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search.Words;

/// <summary>Tells an image in every language: the captions of the gallery that a checkpoint puts nearest to it.</summary>
public sealed class ImageWords(LoadedCheckpoints loaded, CaptionShelf shelf)
{
    /// <summary>Most captions of a language.</summary>
    public const int MostCaptions = 20;

    /// <summary>What each language says of an image.</summary>
    /// <param name="located">The checkpoint.</param>
    /// <param name="space">Gallery whose captions are compared.</param>
    /// <param name="image">Unit vector of the image. [D]</param>
    /// <param name="count">Captions of each language, at most <see cref="MostCaptions"/>.</param>
    /// <param name="progress">Share of the captions embedded, 0 to 1, where that is not done yet.</param>
    /// <param name="stop">Stops the waiting.</param>
    /// <exception cref="Engine.EngineException">The captions cannot be read, or the checkpoint's weights are broken.</exception>
    public async Task<ImageInWords> TellAsync(
        LocatedCheckpoint located,
        SearchSpace space,
        float[] image,
        int count,
        IProgress<double>? progress,
        CancellationToken stop
    )
    {
        ArgumentNullException.ThrowIfNull(located);
        ArgumentNullException.ThrowIfNull(space);
        var checkpoint = await loaded.GetAsync(located, null, stop);
        var languages = space.Source.Dataset.Languages;
        var captions = await shelf.GetAsync(located.Key, checkpoint, space, languages, progress, stop);
        var start = Stopwatch.GetTimestamp();
        var told = await Task.Run(
            () =>
                languages
                    .Where(captions.ContainsKey)
                    .Select(l =>
                        In(l, captions[l], space, image, count, located.View.Languages.Count == 0 || located.View.Languages.Contains(l))
                    )
                    .OrderBy(l => LanguageCatalog.Describe(l.Language).Name, StringComparer.Ordinal)
                    .ToList(),
            stop
        );
        return new ImageInWords
        {
            Checkpoint = located.View.Id,
            Gallery = space.View,
            TookMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds,
            Languages = told,
        };
    }

    private static LanguageCaptions In(
        string language,
        EmbeddedCaptions embedded,
        SearchSpace space,
        float[] image,
        int count,
        bool learned
    ) =>
        new(
            language,
            learned,
            embedded.Index.Count,
            [
                .. embedded
                    .Index.Nearest(image, count)
                    .Select(hit =>
                    {
                        var caption = embedded.Captions[hit.Caption];
                        return new CaptionFound(
                            caption.Text,
                            space.English(caption.Thing),
                            space.Gallery.Things[caption.Thing].Id,
                            hit.Score,
                            hit.Percentile
                        );
                    }),
            ]
        );
}
