namespace CllClip.Engine.Data.Images;

/// <summary>From other kinds of pixels to 8-bit RGB, in Pillow's integer arithmetic.</summary>
internal static class PixelConversion
{
    /// <summary>16 bits to 8: the high byte, or clipped at 255.</summary>
    internal static byte[] To8Bits(ReadOnlySpan<ushort> values, bool clip)
    {
        var result = new byte[values.Length];
        for (var i = 0; i < result.Length; i++)
            result[i] = (byte)(clip ? Math.Min(values[i], (ushort)255) : values[i] >> 8);
        return result;
    }

    internal static byte[] FromGrey(ReadOnlySpan<byte> grey)
    {
        var rgb = new byte[checked(grey.Length * 3)];
        for (var i = 0; i < grey.Length; i++)
            rgb.AsSpan(3 * i, 3).Fill(grey[i]);
        return rgb;
    }

    internal static byte[] GreyAlphaToRgba(ReadOnlySpan<byte> greyAlpha)
    {
        var rgba = new byte[checked(greyAlpha.Length * 2)];
        for (var i = 0; i < greyAlpha.Length / 2; i++)
        {
            rgba.AsSpan(4 * i, 3).Fill(greyAlpha[2 * i]);
            rgba[4 * i + 3] = greyAlpha[2 * i + 1];
        }
        return rgba;
    }

    /// <summary>Drops alpha, or lays the pixels on white as Pillow's <c>alpha_composite</c> does.</summary>
    internal static byte[] FromRgba(ReadOnlySpan<byte> rgba, DecodePolicy policy)
    {
        var rgb = new byte[rgba.Length / 4 * 3];
        for (int i = 0, o = 0; i < rgba.Length; i += 4, o += 3)
        {
            int alpha = policy == DecodePolicy.Photo ? rgba[i + 3] : 255;
            for (var c = 0; c < 3; c++)
                rgb[o + c] = alpha == 255 ? rgba[i + c] : OnWhite(rgba[i + c], alpha);
        }
        return rgb;
    }

    private static byte OnWhite(int value, int alpha)
    {
        const int precision = 7;
        var sum = ((value * alpha + 255 * (255 - alpha)) << precision) + (0x80 << precision);
        return (byte)((((sum >> 8) + sum) >> 8) >> precision);
    }

    /// <summary>Pillow's conversion without a profile; 255 is full ink.</summary>
    internal static byte[] FromCmyk(ReadOnlySpan<byte> cmyk)
    {
        var rgb = new byte[cmyk.Length / 4 * 3];
        for (int i = 0, o = 0; i < cmyk.Length; i += 4, o += 3)
        {
            var light = 255 - cmyk[i + 3];
            for (var c = 0; c < 3; c++)
            {
                var product = cmyk[i + c] * light + 128;
                rgb[o + c] = (byte)Math.Max(0, light - (((product >> 8) + product) >> 8));
            }
        }
        return rgb;
    }
}
