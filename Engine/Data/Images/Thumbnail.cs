using SkiaSharp;

namespace CllClip.Engine.Data.Images;

/// <summary>A small picture of an image, for pages: what was decoded under limits is encoded anew, so that nothing of a user's file but its pixels gets out.</summary>
public static class Thumbnail
{
    private const int Quality = 80;

    /// <summary>The image as WebP, no side longer than <paramref name="most"/> pixels.</summary>
    public static byte[] Encode(RgbImage image, int most)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        var pixels = new byte[4 * image.Width * image.Height];
        for (int from = 0, to = 0; from < image.Pixels.Length; from += 3, to += 4)
        {
            image.Pixels.AsSpan(from, 3).CopyTo(pixels.AsSpan(to));
            pixels[to + 3] = byte.MaxValue;
        }
        var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var whole = SKImage.FromPixelCopy(info, pixels);
        var scale = Math.Min(1, most / (double)Math.Max(image.Width, image.Height));
        var size = new SKImageInfo(
            Math.Max(1, (int)Math.Round(image.Width * scale)),
            Math.Max(1, (int)Math.Round(image.Height * scale)),
            SKColorType.Rgba8888,
            SKAlphaType.Opaque
        );
        using var small = new SKBitmap(size);
        whole.ScalePixels(small.PeekPixels(), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var data = small.Encode(SKEncodedImageFormat.Webp, Quality);
        return data.ToArray();
    }
}
