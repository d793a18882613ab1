using CllClip.Engine.Model;
using CllClip.Engine.Search;
using CllClip.Portal.Features.Search.Galleries;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search;

/// <summary>A gallery with the embeddings of one base model, and what all checkpoints of that model share. Immutable.</summary>
/// <param name="Source">What the gallery is made of.</param>
/// <param name="Model">The base model.</param>
/// <param name="Tower">Its text tower.</param>
/// <param name="Gallery">The embedded gallery.</param>
public sealed record SearchSpace(GallerySource Source, ClipModel Model, QueryTower Tower, SearchGallery Gallery)
{
    /// <summary>What is shown of the gallery.</summary>
    public GalleryView View { get; } = Source.View;

    /// <summary>What is shown of a thing found.</summary>
    public SearchHit Hit(GalleryHit hit, string language)
    {
        var own = Gallery.NameOf(hit.Thing, language);
        return new SearchHit(
            Source.ImageId(hit.Image),
            PictureAddress.Of(Source.Dataset, hit.Image),
            own ?? English(hit.Thing),
            own is null ? "en" : language,
            English(hit.Thing),
            Gallery.Things[hit.Thing].Id,
            hit.Score,
            hit.Percentile
        );
    }

    /// <summary>What is shown of an image of the gallery, by its identifier; null where it is none.</summary>
    public SearchHit? Find(string image, string language) =>
        Source.ImageOf(image) is { } index && Gallery.ThingOf(index) is { } thing
            ? Hit(new GalleryHit(thing, index, 1, 100), language)
            : null;

    /// <summary>English name of a thing, or what stands for it where it has none.</summary>
    public string English(int thing) =>
        Gallery.NameOf(thing, "en") ?? (Source is DatasetGallery ? $"Image {Gallery.Things[thing].Id}" : Gallery.Things[thing].Id);
}
