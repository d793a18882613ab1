using System.IO.Compression;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Uploads.Archives;

/// <summary>Unpacks <c>.zip</c>, <c>.tar</c> and <c>.tar.gz</c> without trusting them: what they are is told by their bytes, not by their names.</summary>
public static class ArchiveUnpacker
{
    private const int HeaderBytes = 512;

    /// <summary>Unpacks an archive into a folder that does not exist yet; after an error nothing of it is left.</summary>
    /// <param name="archive">The file.</param>
    /// <param name="folder">Where to, absolute.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="progress">Told the share done, 0 to 1; null for nobody.</param>
    /// <param name="stop">Stops it.</param>
    /// <returns>Number of files, and their bytes.</returns>
    /// <exception cref="ArchiveException">It is no archive, damaged, refused, or the disk refuses; the message says what to do.</exception>
    public static (int Files, long Bytes) Unpack(
        string archive,
        string folder,
        ArchiveLimits limits,
        IProgress<double>? progress = null,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(limits);
        try
        {
            Directory.CreateDirectory(folder);
            using var file = new FileStream(archive, FileMode.Open, FileAccess.Read, FileShare.Read, 128 << 10, FileOptions.SequentialScan);
            var target = new UnpackTarget(folder, file.Length, limits, stop);
            Unpack(file, target, limits, progress, stop);
            return target.Files > 0
                ? (target.Files, target.Bytes)
                : throw new ArchiveException("The archive is empty. Pack the folder with its files.");
        }
        catch (Exception error)
        {
            Delete(folder);
            throw error switch
            {
                ArchiveException or OperationCanceledException => error,
                // .NET's readers say the last four of numbers and dates that no archive can have
                InvalidDataException
                or EndOfStreamException
                or OverflowException
                or FormatException
                or ArgumentException
                or InvalidOperationException => new ArchiveException(
                    $"The archive is damaged or cut off ({error.Message.TrimEnd('.')}). Pack the folder anew and upload it again.",
                    error
                ),
                IOException io when DiskSpace.IsFull(io) => new ArchiveException(
                    "The disk of the data root is full. Free some space, then try again.",
                    error
                )
                {
                    NoRoom = true,
                },
                IOException or UnauthorizedAccessException or NotSupportedException => new ArchiveException(
                    $"The archive cannot be unpacked: {error.Message}",
                    error
                ),
                _ => error,
            };
        }
    }

    private static void Unpack(
        FileStream file,
        UnpackTarget target,
        ArchiveLimits limits,
        IProgress<double>? progress,
        CancellationToken stop
    )
    {
        var head = new byte[HeaderBytes];
        var known = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        if (head is [(byte)'P', (byte)'K', 3 or 5 or 7, ..])
        {
            ZipUnpacker.Unpack(file, target, limits, progress);
        }
        else if (head is [0x1f, 0x8b, ..])
        {
            using var unzipped = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
            TarUnpacker.Unpack(new CountedStream(unzipped, file.Length, limits, stop), target, () => Tell(progress, file));
        }
        else if (known == HeaderBytes && TarUnpacker.IsTar(head))
        {
            target.CheckRoom(file.Length);
            TarUnpacker.Unpack(new CountedStream(file, file.Length, limits, stop), target, () => Tell(progress, file));
        }
        else
        {
            throw new ArchiveException($"The file is no archive that is read here. Pack the folder as {TusMetadata.Kinds}.");
        }
    }

    private static void Tell(IProgress<double>? progress, FileStream file) =>
        progress?.Report(file.Length == 0 ? 1 : (double)file.Position / file.Length);

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // goes with the upload
        }
    }
}
