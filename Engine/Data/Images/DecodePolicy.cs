namespace CllClip.Engine.Data.Images;

/// <summary>What becomes of EXIF orientation, transparency and 16-bit values when a file is turned into 8-bit RGB.</summary>
public enum DecodePolicy
{
    /// <summary>
    /// As the published reference, Pillow's <c>convert("RGB")</c>, so that numbers are comparable: orientation ignored, alpha dropped,
    /// 16-bit grey clipped at 255 (16-bit colour keeps its high byte), CMYK by Pillow's formula, no colour profile.
    /// </summary>
    Benchmark,

    /// <summary>As a person means their own photo: turned by its EXIF orientation, transparency laid on white, 16 bits scaled to 8.</summary>
    Photo,
}

/// <summary>What a file may cost before it is refused; protects from decompression bombs.</summary>
/// <param name="MaxBytes">Largest file.</param>
/// <param name="MaxPixels">Most pixels, width times height, as its header says before anything is decoded.</param>
/// <param name="MaxScans">Most scans of a progressive JPEG, which are what makes decoding last; encoders write about ten.</param>
public sealed record ImageLimits(long MaxBytes = 64L << 20, long MaxPixels = 100_000_000, int MaxScans = 32)
{
    /// <summary>64 MiB, 100 megapixels and 32 scans.</summary>
    public static ImageLimits Default { get; } = new();
}
