using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Search;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search.Galleries;

/// <summary>A caption that an image may be told with.</summary>
/// <param name="Text">The caption.</param>
/// <param name="Thing">Thing of the gallery that it names: position in <see cref="SearchGallery.Things"/>.</param>
public readonly record struct GalleryCaption(string Text, int Thing);

/// <summary>What a gallery is made of: which images of which data set, and what they are called. Immutable and safe to share between threads.</summary>
public abstract class GallerySource(IRetrievalDataset dataset)
{
    /// <summary>Identifier, as in addresses.</summary>
    public abstract string Id { get; }

    /// <summary>Name shown.</summary>
    public abstract string Name { get; }

    /// <summary>The data set whose images they are.</summary>
    public IRetrievalDataset Dataset => dataset;

    /// <summary>What is shown of the gallery; makes no embedding.</summary>
    public abstract GalleryView View { get; }

    /// <summary>The gallery, with the embeddings of its data set.</summary>
    /// <exception cref="Engine.EngineException">Captions or embeddings cannot be read.</exception>
    public abstract SearchGallery Build(TeacherFeatures features);

    /// <summary>Identifier of an image of the data set.</summary>
    public abstract string ImageId(int image);

    /// <summary>Image of the data set with this identifier; null for whatever is none.</summary>
    public abstract int? ImageOf(string id);

    /// <summary>Captions in a language that images can be told with; empty where the data set lacks it.</summary>
    /// <param name="gallery">What <see cref="Build"/> made.</param>
    /// <param name="language">The language.</param>
    /// <exception cref="Engine.EngineException">Captions cannot be read.</exception>
    public abstract IReadOnlyList<GalleryCaption> Captions(SearchGallery gallery, string language);
}
