using CllClip.Engine.Data.Images;
using CllClip.Engine.Model;
using static TorchSharp.torch;

namespace CllClip.Engine.Search;

/// <summary>Searching with an image of a person's own.</summary>
public static class ImageQuery
{
    /// <summary>Embeds an image file: turned by its EXIF orientation, laid on white, then as the model prepares images. Unit vector. [D]</summary>
    /// <param name="model">The model whose gallery is searched.</param>
    /// <param name="file">A PNG, JPEG, WebP, GIF or BMP file.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="limits">What the file may cost; null for <see cref="ImageLimits.Default"/>.</param>
    /// <exception cref="EngineException">It is no image, broken, or too large.</exception>
    public static float[] Embed(ClipModel model, byte[] file, string name = "The image", ImageLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var pixels = model.Preprocessing.Apply(ImageDecoder.Decode(file, DecodePolicy.Photo, name, limits));
        using var scope = NewDisposeScope();
        var side = model.Config.Vision.ImageSize;
        var input = tensor(pixels, [1, 3, side, side], ScalarType.Float32, model.Device);
        return SearchGallery.Unit(model.EncodeImages(input).cpu().to_type(ScalarType.Float32).contiguous().Elements<float>());
    }
}
