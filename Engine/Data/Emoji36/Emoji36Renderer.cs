using System.Text;
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

    /// <summary>Compresses rendered pixels without loss (WebP).</summary>
    public static byte[] Compress(byte[] pixels)
    {
        using var image = Image.NewFromMemory<byte>(pixels, Size, Size, 3, Enums.BandFormat.Uchar);
        return image.WebpsaveBuffer(lossless: true, effort: 1, keep: Enums.ForeignKeep.None);
    }

    /// <summary>Undoes <see cref="Compress"/>.</summary>
    public static byte[] Decompress(ReadOnlySpan<byte> webp)
    {
        var (rgba, _, _) = Decode(webp);
        var pixels = new byte[ByteCount];
        for (int from = 0, to = 0; to < pixels.Length; from += 4, to += 3)
        {
            rgba.AsSpan(from, 3).CopyTo(pixels.AsSpan(to));
        }
        return pixels;
    }

    // librsvg (through libvips) at the size wanted: no scaling of pixels, and its own antialiasing; then laid on white.
    private static byte[] FromSvg(byte[] drawing)
    {
        var sized = Encoding
            .UTF8.GetString(drawing)
            .Replace("<svg ", $"<svg width=\"{Size}\" height=\"{Size}\" ", StringComparison.Ordinal);
        using var image = Image.SvgloadBuffer(Encoding.UTF8.GetBytes(sized));
        var rgba = image.WriteToMemory<byte>();
        var pixels = new byte[ByteCount];
        for (int from = 0, to = 0; to < pixels.Length; from += 4, to += 3)
        {
            var opacity = rgba[from + 3];
            for (var k = 0; k < 3; k++)
            {
                pixels[to + k] = (byte)(((rgba[from + k] * opacity) + (255 * (255 - opacity)) + 127) / 255);
            }
        }
        return pixels;
    }

    private static byte[] FromWebp(byte[] drawing)
    {
        var (rgba, width, height) = Decode(drawing);
        return AreaAverage(rgba, width, height);
    }

    // Skia for WebP: a tenth of libvips' time at these sizes. RGBA, opacity not multiplied in.
    private static (byte[] Rgba, int Width, int Height) Decode(ReadOnlySpan<byte> webp)
    {
        using var data = SKData.CreateCopy(webp);
        using var codec = SKCodec.Create(data) ?? throw new EngineException("not a WebP picture");
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        using var bitmap = new SKBitmap(info);
        return codec.GetPixels(info, bitmap.GetPixels()) == SKCodecResult.Success
            ? (bitmap.GetPixelSpan().ToArray(), info.Width, info.Height)
            : throw new EngineException("the WebP picture is cut or damaged");
    }

    // Mean colour over the area that each pixel covers, weighted by opacity, on white; the longer side fills the square. Written out here, in plain
    // arithmetic, because a library's resampling may differ in its last bit between processors, and the revision would with it.
    private static byte[] AreaAverage(byte[] rgba, int width, int height)
    {
        var step = Math.Max(width, height) / (double)Size;
        var (left, top) = ((width - (step * Size)) / 2, (height - (step * Size)) / 2);
        var pixels = new byte[ByteCount];
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                Average(rgba, width, height, left + (x * step), top + (y * step), step, pixels.AsSpan(((y * Size) + x) * 3, 3));
            }
        }
        return pixels;
    }

    private static void Average(byte[] rgba, int width, int height, double left, double top, double step, Span<byte> pixel)
    {
        double red = 0,
            green = 0,
            blue = 0,
            opacity = 0;
        for (var y = Math.Max(0, (int)Math.Floor(top)); y < Math.Min(height, top + step); y++)
        {
            var rows = Math.Min(y + 1, top + step) - Math.Max(y, top);
            for (var x = Math.Max(0, (int)Math.Floor(left)); x < Math.Min(width, left + step); x++)
            {
                var source = rgba.AsSpan(((y * width) + x) * 4, 4); // red green blue opacity
                var weight = rows * (Math.Min(x + 1, left + step) - Math.Max(x, left)) * source[3];
                red += weight * source[0];
                green += weight * source[1];
                blue += weight * source[2];
                opacity += weight;
            }
        }
        var whole = step * step * 255;
        pixel[0] = (byte)(((red + ((whole - opacity) * 255)) / whole) + 0.5);
        pixel[1] = (byte)(((green + ((whole - opacity) * 255)) / whole) + 0.5);
        pixel[2] = (byte)(((blue + ((whole - opacity) * 255)) / whole) + 0.5);
    }
}
