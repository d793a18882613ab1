using System.Buffers;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Uploads.Archives;

/// <summary>The folder that an archive is unpacked to: writes entries within limits and counts them.</summary>
internal sealed class UnpackTarget(string root, long packed, ArchiveLimits limits, CancellationToken stop)
{
    private const int BufferBytes = 128 << 10;
    private const long BytesBetweenLooks = 64 << 20;
    private int _entries;
    private long _looked;

    /// <summary>Files written.</summary>
    public int Files { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Counts an entry, whatever comes of it.</summary>
    public void Count()
    {
        stop.ThrowIfCancellationRequested();
        limits.CheckEntries(++_entries);
    }

    /// <summary>Makes a folder.</summary>
    public void AddFolder(string path) => Made(path, ArchivePath.Within(root, path));

    /// <summary>Writes a file.</summary>
    /// <param name="path">Its path in the archive.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="ArchiveException">It is there already, or too much.</exception>
    public void AddFile(string path, Stream content)
    {
        var full = ArchivePath.Within(root, path);
        Made(path, Path.GetDirectoryName(full)!);
        if (File.Exists(full) || Directory.Exists(full))
        {
            throw ArchivePath.Refused(path, "the archive has another of that name");
        }
        using var file = new FileStream(full, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (content.Read(buffer) is > 0 and var count)
            {
                stop.ThrowIfCancellationRequested();
                limits.CheckBytes(Bytes + count, packed);
                LookAtDisk();
                file.Write(buffer, 0, count);
                Bytes += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        Files++;
    }

    /// <summary>Refuses where so many bytes would not fit onto the disk.</summary>
    /// <exception cref="ArchiveException">They would not.</exception>
    public void CheckRoom(long bytes)
    {
        if (DiskSpace.Free(root) is { } free && bytes > free - DiskSpace.Reserve)
        {
            throw new ArchiveException(
                $"Unpacked the archive needs {Formats.Bytes(bytes)} more; {Formats.Bytes(Math.Max(0, free - DiskSpace.Reserve))} are free for it on the disk of the data root. Free some space, then try again."
            )
            {
                NoRoom = true,
            };
        }
    }

    private void LookAtDisk()
    {
        if (Bytes - _looked >= BytesBetweenLooks)
        {
            _looked = Bytes;
            CheckRoom(BytesBetweenLooks);
        }
    }

    private static void Made(string path, string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (IOException) when (!Directory.Exists(folder))
        {
            throw ArchivePath.Refused(path, "a file of the archive has the name of its folder, or the disk refuses it");
        }
    }
}
