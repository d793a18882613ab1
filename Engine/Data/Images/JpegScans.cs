using System.Buffers.Binary;

namespace CllClip.Engine.Data.Images;

/// <summary>Counts the scans of a JPEG file without decoding it. Every scan goes over the whole image, so that a small file of many takes minutes.</summary>
internal static class JpegScans
{
    private const byte Marker = 0xFF;
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;
    private const byte FirstRestart = 0xD0;
    private const byte LastRestart = 0xD7;

    /// <summary>The number of scans, as far as the file goes.</summary>
    public static int Count(ReadOnlySpan<byte> file)
    {
        var scans = 0;
        for (var at = 2; at + 3 < file.Length; )
        {
            if (file[at] != Marker || !IsSegment(file[at + 1]))
            {
                at++; // filling, or values of a scan, in which such a byte is never followed by a segment's
                continue;
            }
            var kind = file[at + 1];
            if (kind == EndOfImage)
            {
                break;
            }
            scans += kind == StartOfScan ? 1 : 0;
            at += 2 + Math.Max(2, (int)BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]));
        }
        return scans;
    }

    /// <summary>Markers with a length behind them, and the one at the end.</summary>
    private static bool IsSegment(byte kind) => kind is >= 0xC0 and not (>= FirstRestart and <= LastRestart) and not 0xD8 and not Marker;
}
