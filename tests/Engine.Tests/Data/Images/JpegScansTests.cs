using System.Diagnostics;
using CllClip.Engine.Data.Images;
using NetVips;
using Xunit;

namespace CllClip.Engine.Tests.Data.Images;

/// <summary>Progressive JPEG files, as libvips writes them, with scans added.</summary>
public sealed class JpegScansTests
{
    private const int MostSeconds = 60; // a few seconds on a machine with nothing else to do

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 10)]
    public void Scans_are_counted(bool progressive, int scans) => Assert.Equal(scans, JpegScans.Count(Jpeg(64, progressive)));

    [Fact]
    public void A_thumbnail_inside_and_filling_count_as_nothing()
    {
        var inner = Jpeg(8, progressive: true);
        var outer = Jpeg(64, progressive: true);
        byte[] withThumbnail =
        [
            .. outer[..2],
            0xFF,
            0xE1, // an application's segment
            (byte)((inner.Length + 2) >> 8),
            (byte)(inner.Length + 2),
            .. inner,
            0xFF, // filling
            0xFF,
            .. outer[2..],
        ];
        Assert.Equal(10, JpegScans.Count(withThumbnail));
        Assert.Equal(64, ImageDecoder.Decode(withThumbnail, DecodePolicy.Photo).Width);
    }

    [Fact]
    public void What_is_cut_off_or_no_jpeg_counts_as_far_as_it_goes()
    {
        var jpeg = Jpeg(64, progressive: true);
        for (var length = 0; length < jpeg.Length; length += 7)
        {
            Assert.InRange(JpegScans.Count(jpeg.AsSpan(0, length)), 0, 10);
        }
        Assert.Equal(0, JpegScans.Count(new byte[100]));
    }

    [Fact]
    public void Too_many_are_refused_before_anything_is_decoded()
    {
        var many = WithScans(Jpeg(5000, progressive: true), 200);
        var watch = Stopwatch.StartNew();
        var error = Assert.Throws<EngineException>(() => ImageDecoder.Decode(many, DecodePolicy.Photo, "many.jpg"));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
        Assert.Equal("many.jpg has 200 scans, more than the 32 allowed. Save it anew and try again.", error.Message);
    }

    [Fact]
    public void As_many_as_are_allowed_of_a_large_image_end_in_time()
    {
        // Repeated scans are read, and found not to follow from those before: refused or not, it is the time that counts.
        var most = WithScans(Jpeg(5000, progressive: true), new ImageLimits().MaxScans);
        var watch = Stopwatch.StartNew();
        var refusal = Record.Exception(() => ImageDecoder.Decode(most, DecodePolicy.Photo));
        Assert.True(refusal is null or EngineException, refusal?.ToString());
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"25 megapixels, {new ImageLimits().MaxScans} scans: {watch.Elapsed.TotalSeconds:0.0} s"
        );
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(MostSeconds), $"{watch.Elapsed}");
    }

    private static byte[] Jpeg(int side, bool progressive)
    {
        using var grey = Image.Grey(side, side, uchar: true); // small scans, so that many fit into a file
        using var colour = grey.Bandjoin(grey, grey);
        return colour.JpegsaveBuffer(interlace: progressive, q: 60);
    }

    /// <summary>Repeats the last scan.</summary>
    private static byte[] WithScans(byte[] jpeg, int scans)
    {
        var last = jpeg.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        var (scan, end) = (jpeg[last..^2], jpeg[^2..]);
        return [.. jpeg[..^2], .. Enumerable.Repeat(scan, scans - JpegScans.Count(jpeg)).SelectMany(s => s), .. end];
    }
}
