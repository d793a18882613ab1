using CllClip.Portal.Localization;
using CllClip.Shared.Results;

namespace CllClip.Portal.Layout.Components;

/// <summary>Directions and cut-offs as every page offers and names them.</summary>
public static class RetrievalChoices
{
    /// <summary>Both directions, for <see cref="Segments{T}"/>.</summary>
    public static IReadOnlyList<(RetrievalDirection, string)> Directions(PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [(RetrievalDirection.TextToImage, text["text → image"]), (RetrievalDirection.ImageToText, text["image → text"])];
    }

    /// <summary>The cut-offs K.</summary>
    public static IReadOnlyList<(int, string)> Ks { get; } = [(1, "R@1"), (5, "R@5"), (10, "R@10")];

    /// <summary>A direction as it stands in addresses, files and the API.</summary>
    public static string Code(RetrievalDirection direction) => direction == RetrievalDirection.TextToImage ? "t2i" : "i2t";
}
