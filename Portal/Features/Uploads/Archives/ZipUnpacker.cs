using System.IO.Compression;

namespace CllClip.Portal.Features.Uploads.Archives;

/// <summary>Unpacks zip: files and folders; links and devices, which Unix programs may put in, and encrypted files are refused.</summary>
internal static class ZipUnpacker
{
    private const int UnixMode = 16; // the upper half of the attributes
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int Folder = 0x4000;
    private const int Link = 0xA000;

    /// <summary>Unpacks a file.</summary>
    /// <param name="file">The zip.</param>
    /// <param name="target">Takes what is in it.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="progress">Told the share done.</param>
    public static void Unpack(FileStream file, UnpackTarget target, ArchiveLimits limits, IProgress<double>? progress)
    {
        using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        limits.CheckEntries(zip.Entries.Count);
        var whole = Announced(zip, limits);
        limits.CheckBytes(whole, file.Length); // what it says of itself; what comes out is counted too
        target.CheckRoom(whole);
        foreach (var entry in zip.Entries)
        {
            target.Count();
            var folder = entry.FullName.EndsWith('/');
            if (What(entry) is { } refused)
            {
                throw ArchivePath.Refused(entry.FullName, $"it is {refused}");
            }
            if (ArchivePath.Of(entry.FullName) is not { } path)
            {
                continue;
            }
            if (folder)
            {
                target.AddFolder(path);
            }
            else
            {
                using var content = entry.Open();
                target.AddFile(path, content);
            }
            progress?.Report(whole == 0 ? 1 : Math.Min(1, target.Bytes / (double)whole));
        }
    }

    private static long Announced(ZipArchive zip, ArchiveLimits limits)
    {
        long sum = 0;
        foreach (var entry in zip.Entries)
        {
            sum = Math.Min(long.MaxValue / 2, sum) + Math.Min(limits.MaxBytes + 1, Math.Max(0, entry.Length));
        }
        return sum;
    }

    private static string? What(ZipArchiveEntry entry)
    {
        var type = (entry.ExternalAttributes >> UnixMode) & TypeMask;
        return type == Link ? "a link; pack with the files themselves"
            : type is not (0 or RegularFile or Folder) ? "a device"
            : entry.IsEncrypted ? "encrypted; pack without a password"
            : null;
    }
}
