namespace CllClip.Engine.Data.Images;

/// <summary>
/// Pillow's bicubic resize of 8-bit images, bit for bit (src/libImaging/Resample.c): a = -0.5, the kernel widened when shrinking, weights in
/// fixed point, a horizontal pass rounded to 8 bits, then a vertical one. Only a window of the result is computed.
/// </summary>
internal static class PillowBicubic
{
    private const int PrecisionBits = 32 - 8 - 2;
    private const double Support = 2;

    /// <summary>A window of the image resized to (<paramref name="newWidth"/>, <paramref name="newHeight"/>).</summary>
    internal static RgbImage Resize(RgbImage image, int newWidth, int newHeight, int left, int top, int width, int height)
    {
        var rows = newHeight == image.Height ? null : Weights(image.Height, newHeight, top, height);
        var columns = newWidth == image.Width ? null : Weights(image.Width, newWidth, left, width);
        // only the rows that the vertical pass reads
        var first = rows is null ? top : rows.Min(r => r.First);
        var end = rows is null ? top + height : rows.Max(r => r.First + r.Factors.Length);
        var wide = Horizontal(image, columns, left, width, first, end - first);
        return new RgbImage(width, height, rows is null ? wide : Vertical(wide, rows, first, width));
    }

    private static byte[] Horizontal(RgbImage image, Tap[]? taps, int left, int width, int first, int rows)
    {
        var result = new byte[checked(rows * width * 3)];
        for (var y = 0; y < rows; y++)
        {
            var source = image.Pixels.AsSpan(checked((first + y) * image.Width * 3), image.Width * 3);
            var target = result.AsSpan(y * width * 3, width * 3);
            if (taps is null)
                source.Slice(3 * left, 3 * width).CopyTo(target);
            else
                Row(source, target, taps);
        }
        return result;
    }

    private static void Row(ReadOnlySpan<byte> source, Span<byte> target, Tap[] taps)
    {
        for (var x = 0; x < taps.Length; x++)
        {
            var factors = taps[x].Factors;
            var pixels = source.Slice(3 * taps[x].First, 3 * factors.Length);
            int r = 1 << (PrecisionBits - 1),
                g = r,
                b = r;
            for (var i = 0; i < factors.Length; i++)
            {
                r += pixels[3 * i] * factors[i];
                g += pixels[3 * i + 1] * factors[i];
                b += pixels[3 * i + 2] * factors[i];
            }
            target[3 * x] = Clip(r);
            target[3 * x + 1] = Clip(g);
            target[3 * x + 2] = Clip(b);
        }
    }

    private static byte[] Vertical(byte[] source, Tap[] taps, int first, int width)
    {
        var stride = 3 * width;
        var result = new byte[taps.Length * stride];
        var sums = new int[stride];
        for (var y = 0; y < taps.Length; y++)
        {
            Array.Fill(sums, 1 << (PrecisionBits - 1));
            for (var i = 0; i < taps[y].Factors.Length; i++)
            {
                var factor = taps[y].Factors[i];
                var row = source.AsSpan((taps[y].First - first + i) * stride, stride);
                for (var x = 0; x < row.Length; x++)
                    sums[x] += row[x] * factor;
            }
            for (var x = 0; x < stride; x++)
                result[y * stride + x] = Clip(sums[x]);
        }
        return result;
    }

    private static byte Clip(int value) => (byte)Math.Clamp(value >> PrecisionBits, 0, 255);

    /// <summary>What one output position reads: the first input position and the fixed-point factors from there on.</summary>
    private readonly record struct Tap(int First, int[] Factors);

    private static Tap[] Weights(int from, int to, int start, int count)
    {
        var scale = (double)from / to;
        var filterScale = Math.Max(1, scale);
        var support = Support * filterScale;
        var taps = new Tap[count];
        for (var i = 0; i < count; i++)
        {
            var centre = (start + i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var end = Math.Min(from, (int)(centre + support + 0.5));
            var weights = new double[end - first];
            var sum = 0.0;
            for (var x = 0; x < weights.Length; x++)
                sum += weights[x] = Kernel((x + first - centre + 0.5) * (1 / filterScale));
            taps[i] = new Tap(first, Array.ConvertAll(weights, w => FixedPoint(sum == 0 ? w : w / sum)));
        }
        return taps;
    }

    private static int FixedPoint(double w) => (int)((w < 0 ? -0.5 : 0.5) + w * (1 << PrecisionBits));

    private static double Kernel(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        if (x < 1)
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }
}
