using System.Globalization;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Model;
using CllClip.Engine.Search;
using CllClip.Portal.Hosting;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search;

/// <summary>What all checkpoints of one base model share: gallery, text tower, and the names of what is found. Immutable.</summary>
public sealed class SearchSpace
{
    private readonly Emoji36Dataset _dataset;

    private SearchSpace(Emoji36Dataset dataset, ClipModel model, SearchGallery gallery)
    {
        (_dataset, Model, Gallery) = (dataset, model, gallery);
        Tower = QueryTower.Of(model);
        View = new GalleryView(gallery.Id, gallery.Name, gallery.Things.Count, gallery.ImageCount);
    }

    public SearchGallery Gallery { get; }

    public QueryTower Tower { get; }

    public ClipModel Model { get; }

    public GalleryView View { get; }

    /// <summary>Builds it from what the host holds open; about a third of a second.</summary>
    public static SearchSpace Of(IEngineHost host, string model)
    {
        ArgumentNullException.ThrowIfNull(host);
        var dataset = host.Datasets.OfType<Emoji36Dataset>().First();
        return new SearchSpace(dataset, host.Model(model, "cpu"), SearchGallery.Of(dataset, host.Features(dataset, model)));
    }

    /// <summary>What is shown of a thing found.</summary>
    public SearchHit Hit(GalleryHit hit, string language)
    {
        var english = Gallery.NameOf(hit.Thing, "en") ?? Gallery.Things[hit.Thing].Id;
        var own = Gallery.NameOf(hit.Thing, language);
        var id = ImageId(_dataset, hit.Image);
        return new SearchHit(
            id,
            PictureAddress.Of(_dataset, hit.Image),
            own ?? english,
            own is null ? "en" : language,
            english,
            Gallery.Things[hit.Thing].Id,
            hit.Score,
            hit.Percentile
        );
    }

    /// <summary>Index of an image by its identifier, or null.</summary>
    public int? ImageOf(string id) => ImageOf(_dataset, id);

    /// <summary>Identifier of an image: code points of the emoji and number of the artist, for example <c>1f431_2</c>.</summary>
    public static string ImageId(Emoji36Dataset dataset, int image)
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
}
