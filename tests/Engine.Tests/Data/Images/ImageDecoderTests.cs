using CllClip.Engine.Data.Images;
using SkiaSharp;
using Xunit;

namespace CllClip.Engine.Tests.Data.Images;

public class ImageDecoderTests
{
    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_file_cut_in_the_middle_is_refused_whatever_its_format(SKEncodedImageFormat format)
    {
        var file = Encoded(format, 200, 150);
        var whole = ImageDecoder.Decode(file, DecodePolicy.Photo);
        Assert.Equal((200, 150), (whole.Width, whole.Height));
        var e = Assert.Throws<EngineException>(() => ImageDecoder.Decode(file[..(file.Length / 2)], DecodePolicy.Photo, "holiday.jpg"));
        Assert.StartsWith("holiday.jpg cannot be decoded", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_image_are_refused()
    {
        Refused([], "empty");
        Refused("<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), "no image of a known format");
        Refused("BM and no more"u8.ToArray(), "BMP");
        Refused([0xFF, 0xD8, 0xFF, 0xE0], "cannot be decoded");
        Refused("GIF89a"u8.ToArray(), "cannot be decoded");
    }

    [Fact]
    public void A_decompression_bomb_is_refused_by_its_header()
    {
        // a valid PNG header of 60,000 x 60,000 pixels with next to no data: decoded it would take 10 GB
        var file = Pngs.Of(60_000, 60_000, new byte[1000]);
        var before = GC.GetTotalAllocatedBytes();
        Refused(file, "60000 x 60000 pixels");
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);
    }

    [Fact]
    public void A_file_beyond_the_limit_is_refused_before_it_is_read()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "large.png");
        using (var stream = File.Create(path))
            stream.SetLength(5000);
        var e = Assert.Throws<EngineException>(() => ImageDecoder.DecodeFile(path, DecodePolicy.Photo, new ImageLimits(MaxBytes: 4999)));
        Assert.Contains("5000 bytes", e.Message, StringComparison.Ordinal);
        Assert.Contains(
            "absent",
            Assert.Throws<EngineException>(() => ImageDecoder.DecodeFile("absent.png", DecodePolicy.Photo)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_extremely_long_strip_takes_no_more_memory_than_its_crop()
    {
        var preprocessing = ImagePreprocessing.Default(224);
        var strip = new RgbImage(1_000_000, 1, new byte[3_000_000]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(3 * 224 * 224, preprocessing.Apply(strip).Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000_000);
    }

    private static void Refused(byte[] file, string says) =>
        Assert.Contains(
            says,
            Assert.Throws<EngineException>(() => ImageDecoder.Decode(file, DecodePolicy.Benchmark)).Message,
            StringComparison.Ordinal
        );

    private static byte[] Encoded(SKEncodedImageFormat format, int width, int height)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var random = new Random(1);
        for (var y = 0; y < height; y++)
        for (var x = 0; x < width; x++)
            bitmap.SetPixel(x, y, new SKColor((byte)random.Next(256), (byte)x, (byte)y));
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }
}
