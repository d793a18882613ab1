using NetVips;

namespace CllClip.Engine.Data.Images;

/// <summary>Decodes PNG, JPEG, WebP, GIF (first frame) and BMP files. Which one it is, its first bytes say, never its name.</summary>
/// <remarks>libvips reads all but BMP, since it gives the file's own values without colour management; Skia reads BMP.</remarks>
public static class ImageDecoder
{
    private const string Formats = "PNG, JPEG, WebP, GIF and BMP are supported";

    static ImageDecoder()
    {
        Cache.Max = 0; // libvips keeps files it has read, but none comes twice
        // What it finds wrong with a file comes as an exception; its warnings would let any file fill the log.
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning, (_, _, _) => { });
    }

    /// <summary>Decodes a file from the disk.</summary>
    /// <exception cref="EngineException">It cannot be read or decoded, or exceeds the limits.</exception>
    public static RgbImage DecodeFile(string path, DecodePolicy policy, ImageLimits? limits = null)
    {
        limits ??= ImageLimits.Default;
        try
        {
            var length = new FileInfo(path).Length;
            if (length > limits.MaxBytes)
                throw TooLarge(path, length, limits);
            return Decode(File.ReadAllBytes(path), policy, path, limits);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Decodes a file in memory.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="policy">What becomes of orientation, transparency and 16 bits.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="limits">Null for <see cref="ImageLimits.Default"/>.</param>
    /// <exception cref="EngineException">It is of another format, broken or cut off, or exceeds the limits.</exception>
    public static RgbImage Decode(byte[] file, DecodePolicy policy, string name = "The image", ImageLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        limits ??= ImageLimits.Default;
        if (file.LongLength > limits.MaxBytes)
            throw TooLarge(name, file.LongLength, limits);
        try
        {
            if (file.AsSpan().StartsWith("BM"u8))
                return BmpDecoder.Decode(file, policy, name, limits);
            CheckScans(name, file, limits);
            using var image = Open(file, name);
            CheckPixels(name, image.Width, image.Height, limits);
            using var turned = policy == DecodePolicy.Photo ? image.Autorot() : image.Copy();
            return VipsPixels.ToRgb(turned, policy);
        }
        catch (VipsException e)
        {
            throw new EngineException($"{name} cannot be decoded; it is broken or cut off ({FirstLine(e.Message)}).", e);
        }
    }

    internal static void CheckPixels(string name, long width, long height, ImageLimits limits)
    {
        if (width * height > limits.MaxPixels)
            throw new EngineException(
                $"{name} has {width} x {height} pixels, more than the {limits.MaxPixels} allowed. Make it smaller and try again."
            );
    }

    private static void CheckScans(string name, byte[] file, ImageLimits limits)
    {
        if (FormatOf(file) == "JPEG" && JpegScans.Count(file) is var scans && scans > limits.MaxScans)
            throw new EngineException($"{name} has {scans} scans, more than the {limits.MaxScans} allowed. Save it anew and try again.");
    }

    /// <summary>What a file is by its first bytes; null for none of the formats read here.</summary>
    internal static string? FormatOf(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) ? "PNG"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "JPEG"
        : head.Length > 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8) ? "WebP"
        : head.StartsWith("GIF8"u8) ? "GIF"
        : head.StartsWith("BM"u8) ? "BMP"
        : null;

    private static Image Open(byte[] file, string name) =>
        FormatOf(file) switch
        {
            "PNG" => Image.PngloadBuffer(file, failOn: Enums.FailOn.Error),
            "JPEG" => Image.JpegloadBuffer(file, failOn: Enums.FailOn.Error),
            "WebP" => Image.WebploadBuffer(file, failOn: Enums.FailOn.Error),
            "GIF" => Image.GifloadBuffer(file, failOn: Enums.FailOn.Error),
            _ => throw new EngineException($"{name} is {(file.Length == 0 ? "empty" : "no image of a known format")}; {Formats}."),
        };

    private static EngineException TooLarge(string name, long length, ImageLimits limits) =>
        new($"{name} has {length} bytes, more than the {limits.MaxBytes} allowed. Make it smaller and try again.");

    private static string FirstLine(string message) => message.Trim().Split('\n')[0];
}
