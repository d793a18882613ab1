using System.Formats.Tar;

namespace CllClip.Portal.Features.Uploads.Archives;

/// <summary>Unpacks tar: regular files and folders; links, devices and whatever else a tar may hold are refused.</summary>
internal static class TarUnpacker
{
    /// <summary>What a tar consists of.</summary>
    public const int BlockBytes = 512;

    private const int SizeAt = 124;
    private const int SizeLength = 12;
    private const int TypeAt = 156;
    private const int MostDescription = 1 << 20; // bytes
    private const int ChecksumAt = 148;
    private const int ChecksumLength = 8;

    /// <summary>Whether a block is a tar's header: its checksum says so, in old formats too.</summary>
    public static bool IsTar(ReadOnlySpan<byte> block)
    {
        var sum = 0;
        for (var i = 0; i < block.Length; i++)
        {
            sum += i is >= ChecksumAt and < ChecksumAt + ChecksumLength ? ' ' : block[i];
        }
        var given = 0;
        foreach (var digit in block.Slice(ChecksumAt, ChecksumLength))
        {
            if (digit is >= (byte)'0' and <= (byte)'7')
            {
                given = given * 8 + (digit - '0');
            }
            else if (digit is not (0 or (byte)' '))
            {
                return false;
            }
        }
        return sum == given && block[0] != 0;
    }

    /// <summary>
    /// Refuses a header that announces more than 1 MB of further description (long names, attributes): the reader would make room for all of it, up to 2 GB, before
    /// a byte of it is there.
    /// </summary>
    /// <returns>Whether the block that follows is no header, but all of a description.</returns>
    /// <exception cref="ArchiveException">It does.</exception>
    public static bool CheckHeader(ReadOnlySpan<byte> block)
    {
        if (block[TypeAt] is not ((byte)'x' or (byte)'g' or (byte)'L' or (byte)'K'))
        {
            return false;
        }
        var size = Size(block.Slice(SizeAt, SizeLength));
        return size <= MostDescription
            ? size == BlockBytes
            : throw new ArchiveException(
                "The archive has a name or attributes of more than 1 MB, as no honest archive has. Pack the folder anew, with nothing but its files."
            );
    }

    /// <summary>A size in octal digits or, where the first bit is set, in binary.</summary>
    private static double Size(ReadOnlySpan<byte> field)
    {
        var size = 0.0; // of 12 bytes: beyond long
        if ((field[0] & 0x80) != 0)
        {
            foreach (var b in field[1..])
            {
                size = size * 256 + b;
            }
            return size;
        }
        foreach (var digit in field)
        {
            size = digit is >= (byte)'0' and <= (byte)'7' ? size * 8 + (digit - '0') : size;
        }
        return size;
    }

    /// <summary>Unpacks a stream.</summary>
    /// <param name="stream">The tar.</param>
    /// <param name="target">Takes what is in it.</param>
    /// <param name="tell">Called after each entry.</param>
    public static void Unpack(CountedStream stream, UnpackTarget target, Action tell)
    {
        using var reader = new TarReader(stream, leaveOpen: true);
        while (reader.GetNextEntry() is { } entry)
        {
            target.Count();
            if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
            {
                continue;
            }
            if (What(entry.EntryType) is { } refused)
            {
                throw ArchivePath.Refused(entry.Name, $"it is {refused}");
            }
            var path = ArchivePath.Of(entry.Name);
            stream.InContent = true;
            if (path is null)
            {
                entry.DataStream?.CopyTo(Stream.Null);
            }
            else if (entry.EntryType is TarEntryType.Directory or TarEntryType.DirectoryList)
            {
                target.AddFolder(path);
            }
            else
            {
                target.AddFile(path, entry.DataStream ?? Stream.Null);
            }
            stream.InContent = false;
            tell();
        }
        Span<byte> rest = new byte[4096];
        while (stream.Read(rest) > 0)
        {
            // zeros after the end
        }
        if (!stream.EndsWithZeros)
        {
            throw new EndOfStreamException("its end is missing");
        }
    }

    /// <summary>What an entry is, if it is neither file nor folder.</summary>
    private static string? What(TarEntryType type) =>
        type switch
        {
            TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile => null,
            TarEntryType.Directory or TarEntryType.DirectoryList => null,
            TarEntryType.SymbolicLink or TarEntryType.HardLink =>
                "a link; pack with the files themselves (tar --dereference --hard-dereference)",
            TarEntryType.CharacterDevice or TarEntryType.BlockDevice or TarEntryType.Fifo => "a device",
            TarEntryType.SparseFile => "a sparse file; pack without --sparse",
            _ => $"of the kind {type}",
        };
}
