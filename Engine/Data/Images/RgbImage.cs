namespace CllClip.Engine.Data.Images;

/// <summary>An image in memory: 8 bits, red, green, blue, row by row.</summary>
public sealed class RgbImage
{
    /// <summary>Wraps pixels.</summary>
    /// <exception cref="ArgumentException">Their number is not width times height times 3.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.LongLength != 3L * width * height)
            throw new ArgumentException($"{pixels.Length} bytes are not {width} x {height} x 3.", nameof(pixels));
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Height * Width * 3 bytes.</summary>
    public byte[] Pixels { get; }
}
