using System.Buffers.Binary;
using System.Text;
using CllClip.Engine.Data.Images;
using CllClip.Engine.Tests.Data.Images;
using SkiaSharp;

namespace CllClip.Fuzz.Engine;

/// <summary>Images of every format that is read, and of some that are not, under limits; what is taken is scaled and made a thumbnail.</summary>
internal sealed class ImageTarget : IFuzzTarget
{
    private static readonly ImageLimits _limits = new(1 << 20, 1_000_000);
    private static readonly string[] _refused = ["svg", "none"];
    private static readonly ImagePreprocessing _preprocessing = ImagePreprocessing.Default(16);

    /// <inheritdoc/>
    public string Name => "images";

    /// <inheritdoc/>
    public long MostAllocated => 64 << 20; // four copies of 1 megapixel with 8 bytes each, and as much again

    /// <inheritdoc/>
    public IReadOnlyList<FuzzInput> Samples { get; } =
    [
        new("png", Skia(SKEncodedImageFormat.Png, SKColorType.Rgba8888)),
        new("png", Pngs.Of(3, 2, [0, .. Enumerable.Repeat((byte)200, 9), 1, .. Enumerable.Repeat((byte)7, 9)])),
        new("png", Vips(".png", 16)),
        new("jpeg", Skia(SKEncodedImageFormat.Jpeg, SKColorType.Rgb888x)),
        new("jpeg", Vips(".jpg[interlace]", 8)),
        new("webp", Skia(SKEncodedImageFormat.Webp, SKColorType.Rgba8888)),
        new("webp", Vips(".webp[lossless]", 8)),
        new("gif", Vips(".gif", 8)),
        new("bmp", Bmp()),
        new(
            "svg",
            """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"><script>x()</script><image xlink:href="file:///etc/passwd"/></svg>"""u8.ToArray()
        ),
        new("svg", """<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "http://127.0.0.1/x">]><svg>&a;</svg>"""u8.ToArray()),
        new("none", "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj"u8.ToArray()),
        new("none", [0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 1, 0, 0, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0]),
        new("none", [0, 0, 0, 24, .. "ftypavif"u8, 0, 0, 0, 0, .. "avifmif1"u8]),
        // an image that is a page and an archive, too
        new("jpeg", [.. Skia(SKEncodedImageFormat.Jpeg, SKColorType.Rgb888x), .. "<script>alert(1)</script>PK\u0005\u0006"u8]),
        new("gif", [.. "GIF89a/*"u8, .. Vips(".gif", 8).AsSpan(8), .. "*/=1;alert(1)"u8]),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } =
    [
        "IHDR",
        "IDAT",
        "IEND",
        "PLTE",
        "tRNS",
        "iCCP",
        "eXIf",
        "acTL",
        "fcTL",
        "zTXt",
        "VP8X",
        "VP8L",
        "VP8 ",
        "ALPH",
        "ANIM",
        "ANMF",
        "Exif\0\0",
        "JFIF\0",
        "Adobe",
        "ICC_PROFILE\0",
        "NETSCAPE2.0",
        "RIFF",
        "WEBP",
        "GIF89a",
        "BM",
    ];

    /// <inheritdoc/>
    /// <remarks>PNG: every chunk gets its checksum. WebP: the length in front is made the file's.</remarks>
    public byte[] Repair(string kind, byte[] bytes)
    {
        byte[] copy = [.. bytes];
        if (kind == "webp" && copy.Length > 12)
        {
            BinaryPrimitives.WriteInt32LittleEndian(copy.AsSpan(4), copy.Length - 8);
        }
        for (var at = 8; kind == "png" && at + 12 <= copy.Length; )
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(copy.AsSpan(at));
            if (length > copy.Length - at - 12)
            {
                break;
            }
            var end = at + 8 + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(copy.AsSpan(end), Checksums.Crc32(copy.AsSpan(at + 4, 4 + (int)length)));
            at = end + 4;
        }
        return copy;
    }

    /// <inheritdoc/>
    public string? Read(FuzzInput input)
    {
        string? refusal = null;
        foreach (var policy in new[] { DecodePolicy.Benchmark, DecodePolicy.Photo })
        {
            RgbImage? image = null;
            refusal = FuzzFolder.Refusal(() => image = ImageDecoder.Decode(input.Bytes, policy, "photo.x", _limits), "photo.x");
            if (image is null)
            {
                continue;
            }
            if ((long)image.Width * image.Height > _limits.MaxPixels || _refused.Contains(input.Kind))
            {
                throw new FuzzFault($"an image of {image.Width} x {image.Height} was taken");
            }
            _ = _preprocessing.Apply(image);
            _ = Thumbnail.Encode(image, 16);
        }
        return refusal;
    }

    /// <inheritdoc/>
    public void Check()
    {
        if (NetVips.Stats.Mem > 16 << 20)
        {
            throw new FuzzFault($"libvips holds {NetVips.Stats.Mem:N0} bytes");
        }
    }

    /// <inheritdoc/>
    public void Dispose() { }

    private static byte[] Skia(SKEncodedImageFormat format, SKColorType type)
    {
        using var bitmap = new SKBitmap(
            new SKImageInfo(13, 9, type, type == SKColorType.Rgba8888 ? SKAlphaType.Unpremul : SKAlphaType.Opaque)
        );
        bitmap.Erase(new SKColor(200, 30, 60, 128));
        bitmap.SetPixel(3, 4, new SKColor(1, 250, 90));
        using var data = bitmap.Encode(format, 90);
        return data.ToArray();
    }

    private static byte[] Vips(string format, int bits)
    {
        using var black = NetVips.Image.Black(17, 11, bands: 3);
        using var coloured = black + new double[] { 200, 100, 50 };
        using var image = coloured.Cast(bits == 16 ? NetVips.Enums.BandFormat.Ushort : NetVips.Enums.BandFormat.Uchar);
        using var copy = image.Copy(interpretation: bits == 16 ? NetVips.Enums.Interpretation.Rgb16 : NetVips.Enums.Interpretation.Srgb);
        return copy.WriteToBuffer(format);
    }

    /// <summary>Three by two pixels of 24 bits, by hand: Skia writes none.</summary>
    private static byte[] Bmp()
    {
        var file = new byte[54 + 2 * 12];
        Encoding.ASCII.GetBytes("BM").CopyTo(file, 0);
        foreach (var (at, value) in new[] { (2, file.Length), (10, 54), (14, 40), (18, 3), (22, 2), (34, 24) })
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        }
        (file[26], file[28]) = (1, 24);
        Array.Fill(file, (byte)150, 54, 24);
        return file;
    }
}
