using System.Text;
using CllClip.Engine.Data.Images;
using NetVips;
using SkiaSharp;

namespace CllClip.Engine.Data.Emoji36;

/// <summary>Turns drawings into what the model sees: 64 x 64 RGB on white, 8 bits, row by row (12,288 bytes). Safe on many threads.</summary>
internal static class Emoji36Renderer
{
    /// <summary>Side of a rendered drawing in pixels.</summary>
    public const int Size = 64;

    /// <summary>Bytes of a rendered drawing.</summary>
    public const int ByteCount = Size * Size * 3;

    static Emoji36Renderer()
    {
        // Callers work in parallel over drawings; threads and a cache inside libvips only cost time and memory at 64 pixels.
        NetVips.NetVips.Concurrency = 1;
        Cache.Max = 0;
    }

    /// <summary>Names the libraries whose versions decide the pixels.</summary>
    public static string Versions =>
        $"libvips {NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}, Skia {SkiaSharpVersion.Native}";

    /// <summary>Renders a drawing.</summary>
    /// <param name="drawing">An SVG or WebP file.</param>
    /// <param name="svg">Which of the two.</param>
    /// <exception cref="EngineException">The drawing is broken, or nothing of it can be seen.</exception>
    public static byte[] Render(byte[] drawing, bool svg)
    {
        try
        {
            var pixels = svg ? FromSvg(drawing) : FromWebp(drawing);
            return pixels.AsSpan().ContainsAnyExcept((byte)255) ? pixels : throw new EngineException("nothing is drawn");
        }
        catch (VipsException error)
        {
            throw new EngineException(error.Message.ReplaceLineEndings(" ").Trim(), error);
        }
    }

    // librsvg (through libvips) at the size wanted: no scaling of pixels, and its own antialiasing.
    private static byte[] FromSvg(byte[] drawing)
    {
        var sized = Encoding
            .UTF8.GetString(drawing)
            .Replace("<svg ", $"<svg width=\"{Size}\" height=\"{Size}\" ", StringComparison.Ordinal);
        using var image = Image.SvgloadBuffer(Encoding.UTF8.GetBytes(sized));
        return OnWhite(image.WriteToMemory<byte>());
    }

    // Scaled down in whole numbers, as Pillow does it: the same bytes on every machine. A picture that is no square fills one.
    private static byte[] FromWebp(byte[] drawing)
    {
        using var bitmap = Decode(drawing);
        return PillowBicubic.Resize(new(bitmap.Width, bitmap.Height, OnWhite(bitmap.GetPixelSpan())), Size, Size, 0, 0, Size, Size).Pixels;
    }

    private static byte[] OnWhite(ReadOnlySpan<byte> rgba)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(rgba.Length / 4 * 3);
        var to = pixels.AsSpan();
        for (; to.Length > 0; rgba = rgba[4..], to = to[3..])
        {
            var opacity = rgba[3];
            if (opacity == 255)
            {
                rgba[..3].CopyTo(to);
            }
            else if (opacity == 0)
            {
                to[..3].Fill(255);
            }
            else
            {
                for (var k = 0; k < 3; k++)
                {
                    to[k] = (byte)(((rgba[k] * opacity) + (255 * (255 - opacity)) + 127) / 255);
                }
            }
        }
        return pixels;
    }

    // Skia for WebP: a tenth of libvips' time at these sizes. RGBA, opacity not multiplied in.
    private static SKBitmap Decode(byte[] webp)
    {
        using var data = SKData.CreateCopy(webp);
        using var codec = SKCodec.Create(data) ?? throw new EngineException("not a WebP picture");
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var bitmap = new SKBitmap(info);
        if (codec.GetPixels(info, bitmap.GetPixels()) == SKCodecResult.Success)
        {
            return bitmap;
        }
        bitmap.Dispose();
        throw new EngineException("the WebP picture is cut or damaged");
    }
}
