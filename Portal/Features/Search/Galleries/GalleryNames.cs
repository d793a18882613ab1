using CllClip.Portal.Localization;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search.Galleries;

/// <summary>What galleries are called on pages: the name of the data set, and in the reader's language which part of it.</summary>
public static class GalleryNames
{
    private const string TestDrawings = ", test drawings";
    private const string TestImages = ", test images";

    /// <summary>The name of a gallery in the reader's language.</summary>
    public static string Of(GalleryView gallery, PageText text)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        ArgumentNullException.ThrowIfNull(text);
        var name = gallery.Name;
        return name.EndsWith(TestDrawings, StringComparison.Ordinal) ? text["{0}, test drawings", name[..^TestDrawings.Length]]
            : name.EndsWith(TestImages, StringComparison.Ordinal) ? text["{0}, test images", name[..^TestImages.Length]]
            : name;
    }
}
