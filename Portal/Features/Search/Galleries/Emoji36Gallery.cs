using System.Globalization;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Search;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search.Galleries;

/// <summary>Emoji36: all drawings of all artists, ranked by emoji, or the drawings of the headline test alone, which no run has seen.</summary>
/// <param name="dataset">The data set.</param>
/// <param name="testOnly">Whether it is the test drawings alone.</param>
public sealed class Emoji36Gallery(Emoji36Dataset dataset, bool testOnly) : GallerySource(dataset)
{
    /// <summary>Identifier of the gallery of test drawings.</summary>
    public const string TestId = "emoji36-test";

    private readonly IReadOnlyList<EmojiItem> _emoji =
    [
        .. dataset.Emoji.Where(e => testOnly ? e.Common36 && e.TestImage >= 0 : e.Images.Any(i => i >= 0)),
    ];

    /// <inheritdoc/>
    public override string Id => testOnly ? TestId : Emoji36Dataset.DatasetId;

    /// <inheritdoc/>
    public override string Name => testOnly ? $"{dataset.Name}, test drawings" : dataset.Name;

    /// <inheritdoc/>
    public override GalleryView View => new(Id, Name, _emoji.Count, _emoji.Sum(e => ImagesOf(e).Count));

    /// <inheritdoc/>
    public override SearchGallery Build(TeacherFeatures features)
    {
        ArgumentNullException.ThrowIfNull(features);
        return new SearchGallery(
            Id,
            Name,
            [.. _emoji.Select(e => new GalleryThing(e.CodePoint, ImagesOf(e)))],
            features.ImageRows(),
            features.Width,
            (thing, language) => dataset.Languages.Contains(language) ? dataset.NameOf(language, _emoji[thing].Index) : null
        );
    }

    /// <inheritdoc/>
    public override string ImageId(int image) => IdOf(dataset, image);

    /// <inheritdoc/>
    public override int? ImageOf(string id) => ImageOf(dataset, id);

    /// <inheritdoc/>
    public override IReadOnlyList<GalleryCaption> Captions(SearchGallery gallery, string language) =>
        dataset.Languages.Contains(language)
            ?
            [
                .. _emoji
                    .Select((e, thing) => (Name: dataset.NameOf(language, e.Index), thing))
                    .Where(c => c.Name is not null)
                    .Select(c => new GalleryCaption(c.Name!, c.thing)),
            ]
            : [];

    /// <summary>Identifier of an image: code points of the emoji and number of the artist, for example <c>1f431_2</c>.</summary>
    public static string IdOf(Emoji36Dataset dataset, int image)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return $"{dataset.EmojiOf(image).CodePoint}_{dataset.ArtistOf(image).ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>Index of an image by its identifier; null for whatever is none.</summary>
    public static int? ImageOf(Emoji36Dataset dataset, string id)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(id);
        var line = id.LastIndexOf('_');
        if (line != id.Length - 2 || line < 1 || id[^1] is < '0' or > '3')
        {
            return null;
        }
        var image = dataset.Emoji.FirstOrDefault(e => e.CodePoint.AsSpan().SequenceEqual(id.AsSpan(0, line)))?.Images[id[^1] - '0'];
        return image >= 0 ? image : null;
    }

    private IReadOnlyList<int> ImagesOf(EmojiItem emoji) => testOnly ? [emoji.TestImage] : [.. emoji.Images.Where(i => i >= 0)];
}
