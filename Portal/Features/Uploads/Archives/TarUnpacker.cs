using System.Formats.Tar;

namespace CllClip.Portal.Features.Uploads.Archives;

/// <summary>Unpacks tar: regular files and folders; links, devices and whatever else a tar may hold are refused.</summary>
internal static class TarUnpacker
{
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
            if (ArchivePath.Of(entry.Name) is not { } path)
            {
                continue;
            }
            if (entry.EntryType is TarEntryType.Directory or TarEntryType.DirectoryList)
            {
                target.AddFolder(path);
            }
            else
            {
                target.AddFile(path, entry.DataStream ?? Stream.Null);
            }
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
