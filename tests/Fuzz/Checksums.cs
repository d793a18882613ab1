namespace CllClip.Fuzz;

/// <summary>Checksums of formats, so that changed inputs get past them.</summary>
internal static class Checksums
{
    private const int TarBlock = 512;
    private const int TarChecksumAt = 148;
    private const int TarChecksumLength = 8;

    /// <summary>The CRC of PNG and zip.</summary>
    public static uint Crc32(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }
        return ~crc;
    }

    /// <summary>Gives every block of a tar that looks like a header its checksum.</summary>
    public static byte[] Tar(byte[] bytes)
    {
        byte[] copy = [.. bytes];
        for (var at = 0; at + TarBlock <= copy.Length; at += TarBlock)
        {
            var block = copy.AsSpan(at, TarBlock);
            if (!block[257..262].SequenceEqual("ustar"u8))
            {
                continue;
            }
            block.Slice(TarChecksumAt, TarChecksumLength).Fill((byte)' ');
            var sum = 0;
            foreach (var b in block)
            {
                sum += b;
            }
            var digits = Convert.ToString(sum, 8).PadLeft(6, '0');
            System.Text.Encoding.ASCII.GetBytes(digits + "\0 ").CopyTo(block[TarChecksumAt..]);
        }
        return copy;
    }
}
