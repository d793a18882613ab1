using NetVips;

namespace CllClip.Engine.Data.Images;

/// <summary>Takes the bands of a libvips image as they are and makes 8-bit RGB of them.</summary>
internal static class VipsPixels
{
    internal static RgbImage ToRgb(Image image, DecodePolicy policy)
    {
        var bands = image.Bands;
        var cmyk = image.Interpretation == Enums.Interpretation.Cmyk;
        var bytes = image.Format switch
        {
            Enums.BandFormat.Uchar => image.WriteToMemory<byte>(),
            // clipped is Pillow's way with 16-bit grey
            Enums.BandFormat.Ushort => PixelConversion.To8Bits(
                image.WriteToMemory<ushort>(),
                clip: bands == 1 && policy == DecodePolicy.Benchmark
            ),
            _ => throw new EngineException($"Images with values of the type {image.Format} are not supported."),
        };
        var rgb = (bands, cmyk) switch
        {
            (4, true) => PixelConversion.FromCmyk(bytes),
            (1, _) => PixelConversion.FromGrey(bytes),
            (2, _) => PixelConversion.FromRgba(PixelConversion.GreyAlphaToRgba(bytes), policy),
            (3, _) => bytes,
            (4, _) => PixelConversion.FromRgba(bytes, policy),
            _ => throw new EngineException($"Images with {bands} channels are not supported."),
        };
        return new RgbImage(image.Width, image.Height, rgb);
    }
}
