using System.Collections.Concurrent;
using System.Globalization;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Search;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search.Galleries;

/// <summary>A user's data set: every image is a thing, called by its first caption. A large one is searched in its test images alone.</summary>
public sealed class DatasetGallery : GallerySource
{
    /// <summary>Most images that are searched whole; of a larger data set only the test images are.</summary>
    public const int MostImages = 50_000;

    /// <summary>Most captions of a language that images are told with: the first ones.</summary>
    public const int MostCaptions = 2_000;

    private readonly IReadOnlyList<int> _images; // ascending
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<int, string>> _captions = new(StringComparer.Ordinal); // first one of each image

    /// <summary>Prepares it; embeds nothing.</summary>
    /// <exception cref="Engine.EngineException">The captions of a large data set cannot be read.</exception>
    public DatasetGallery(IRetrievalDataset dataset)
        : base(dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        _images =
            dataset.ImageCount <= MostImages
                ? [.. Enumerable.Range(0, dataset.ImageCount)]
                : [.. (dataset.Languages.Select(dataset.Tests).FirstOrDefault(t => t.Count > 0)?[0].Images ?? []).Order()];
    }

    /// <inheritdoc/>
    public override string Id => Dataset.Id;

    /// <inheritdoc/>
    public override string Name => _images.Count == Dataset.ImageCount ? Dataset.Name : $"{Dataset.Name}, test images";

    /// <inheritdoc/>
    public override GalleryView View => new(Id, Name, _images.Count, _images.Count);

    /// <inheritdoc/>
    public override SearchGallery Build(TeacherFeatures features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return new SearchGallery(
            Id,
            Name,
            [.. _images.Select(i => new GalleryThing(ImageId(i), [i]))],
            features.ImageRows(),
            features.Width,
            (thing, language) => CaptionsOf(language).GetValueOrDefault(_images[thing])
        );
    }

    /// <inheritdoc/>
    public override string ImageId(int image) => image.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override int? ImageOf(string id) =>
        int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var image) && image < Dataset.ImageCount ? image : null;

    /// <inheritdoc/>
    public override IReadOnlyList<GalleryCaption> Captions(SearchGallery gallery, string language)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        return
        [
            .. CaptionsOf(language)
                .OrderBy(c => c.Key)
                .Select(c => (c.Value, Thing: gallery.Find(ImageId(c.Key))))
                .Where(c => c.Thing is not null)
                .Take(MostCaptions)
                .Select(c => new GalleryCaption(c.Value, c.Thing!.Value)),
        ];
    }

    /// <summary>First caption of each image: of the test set, else of the training pairs.</summary>
    private IReadOnlyDictionary<int, string> CaptionsOf(string language) => _captions.GetOrAdd(language, Read);

    private Dictionary<int, string> Read(string language)
    {
        var first = new Dictionary<int, string>();
        if (!Dataset.Languages.Contains(language))
        {
            return first;
        }
        if (Dataset.Tests(language) is [var test, ..])
        {
            for (var i = 0; i < test.Captions.Count; i++)
            {
                first.TryAdd(test.Images[test.ImageOfCaption[i]], test.Captions[i]);
            }
        }
        if (_images.Count == Dataset.ImageCount && Dataset.TrainingPairCount(language) > 0)
        {
            foreach (var pair in Dataset.TrainingEpoch(language, new Random(0)).OrderBy(p => p.Caption, StringComparer.Ordinal)) // the same whatever the shuffle
            {
                first.TryAdd(pair.Image, pair.Caption);
            }
        }
        return first;
    }
}
