using CllClip.Engine.Data.Images;
using SkiaSharp;
using Xunit;

namespace CllClip.Engine.Tests.Data.Images;

public class ThumbnailTests
{
    [Theory]
    [InlineData(640, 480, 320, 240)]
    [InlineData(10, 1000, 3, 320)]
    [InlineData(40, 30, 40, 30)]
    public void A_thumbnail_has_the_colours_and_proportions_of_its_image(int width, int height, int wide, int high)
    {
        byte[] pixels =
        [
            .. Enumerable.Range(0, width * height).SelectMany(i => new byte[] { 200, 40, (byte)(i / width < height / 2 ? 0 : 255) }),
        ];
        using var small = SKBitmap.Decode(Thumbnail.Encode(new RgbImage(width, height, pixels), 320));
        Assert.Equal((wide, high), (small.Width, small.Height));
        var (top, bottom) = (small.GetPixel(wide / 2, 0), small.GetPixel(wide / 2, high - 1));
        Assert.InRange(top.Red, 190, 210);
        Assert.InRange(top.Blue, 0, 25);
        Assert.InRange(bottom.Blue, 230, 255);
    }
}
