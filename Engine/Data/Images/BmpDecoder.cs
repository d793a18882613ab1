using SkiaSharp;

namespace CllClip.Engine.Data.Images;

/// <summary>Reads BMP files, which libvips does not.</summary>
internal static class BmpDecoder
{
    internal static RgbImage Decode(byte[] file, DecodePolicy policy, string name, ImageLimits limits)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        if (codec is null)
            throw new EngineException($"{name} cannot be decoded: its BMP header is broken.");
        ImageDecoder.CheckPixels(name, codec.Info.Width, codec.Info.Height, limits);
        // no colour space: values as they stand in the file
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var pixels = new byte[info.BytesSize];
        var result = codec.GetPixels(info, pixels);
        return result == SKCodecResult.Success
            ? new RgbImage(info.Width, info.Height, PixelConversion.FromRgba(pixels, policy))
            : throw new EngineException($"{name} cannot be decoded; it is broken or cut off ({result}).");
    }
}
