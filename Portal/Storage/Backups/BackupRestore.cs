using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using CllClip.Engine;
using CllClip.Portal.Hosting;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Storage;
using Microsoft.Data.Sqlite;

namespace CllClip.Portal.Storage.Backups;

/// <summary>Brings a backup back into an empty data root. Everything is unpacked aside and checked first: what cannot be trusted whole is not taken at all.</summary>
internal sealed class BackupRestore(PortalFolders folders, IReadOnlyList<string> migrations)
{
    private const string Aside = ".restoring-";
    private const int BufferBytes = 1 << 20;
    private const int MostManifestBytes = 256 << 20;
    private const long LargestFile = 1L << 40; // of as many files as a manifest can list: their sum is a number still
    private const double FirstSecond = 1; // no estimate before

    // Of the lock that is held meanwhile, and of a new disk.
    private static readonly string[] Passed = ["portal.lock", "portal.address", "portal.db.lock", "portal.db.address", "lost+found"];

    private readonly byte[] _buffer = new byte[BufferBytes];

    /// <summary>Restores an archive.</summary>
    /// <param name="archive">The file.</param>
    /// <param name="report">Told the share done, what is being done, and the seconds left.</param>
    /// <param name="stop">Ends it; the data root is empty then.</param>
    /// <exception cref="EngineException">The archive is none, damaged or of a newer program, the data root is occupied or in use, or the disk refuses.</exception>
    public BackupManifest Restore(string archive, Action<double, string, double?> report, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        try
        {
            using var file = new FileStream(archive, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var zip = new ZipArchive(file, ZipArchiveMode.Read);
            var manifest = ReadManifest(archive, zip);
            CheckEmpty();
            var made = !Directory.Exists(folders.DataRoot);
            try
            {
                using var held = DataRootLock.Take(folders);
                held.Write($"restore of {archive}, process {Environment.ProcessId}");
                Unpack(archive, zip, manifest, report, stop);
            }
            catch when (made)
            {
                RemoveOwn();
                throw;
            }
            return manifest;
        }
        catch (InvalidDataException error)
        {
            throw Damaged(archive, "it is no zip archive, or its end is missing", error);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EngineException($"There is no file {archive}. Name a backup that was made with backup --out FILE.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(
                error is IOException io && DiskSpace.IsFull(io)
                    ? $"The disk is full: nothing was restored to {folders.DataRoot}. Free some space, or choose a folder on another disk with --CllClip:DataRoot=FOLDER"
                    : $"The backup {archive} cannot be restored to {folders.DataRoot}: {error.Message.TrimEnd('.')}. Mend that, then restore again.",
                error
            );
        }
    }

    /// <summary>What the archive says of itself, after its names were held against it.</summary>
    private BackupManifest ReadManifest(string archive, ZipArchive zip)
    {
        var entry =
            zip.GetEntry(BackupManifest.FileName)
            ?? throw new EngineException(
                $"{archive} is no backup of this program: it has no {BackupManifest.FileName}. Name a file that was made with backup --out FILE; finished runs in folders come in by import run."
            );
        BackupManifest manifest;
        try
        {
            using var json = new MemoryStream();
            using (var packed = entry.Open())
            {
                CopyAtMost(packed, json, MostManifestBytes, null, default);
            }
            using var document = JsonDocument.Parse(json.ToArray());
            if (document.RootElement.GetProperty("format").GetInt32() is var format && format != BackupManifest.CurrentFormat)
            {
                throw new EngineException(
                    $"{archive} has format {format}; this version reads format {BackupManifest.CurrentFormat}. Update the program."
                );
            }
            manifest = document.Deserialize<BackupManifest>(BackupManifest.Json)!;
            if (
                manifest is not { Schema: not null, Files: not null }
                || manifest.Files.Any(f => f is not { Path: not null, Bytes: >= 0 and <= LargestFile, Sha256: not null })
            )
            {
                throw new JsonException("a field is missing");
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Damaged(archive, $"its {BackupManifest.FileName} cannot be read: {error.Message.TrimEnd('.')}", error);
        }
        if (manifest.Files.FirstOrDefault(f => !BackupFiles.Knows(f.Path)) is { } odd)
        {
            throw Damaged(archive, $"it names the file “{odd.Path}”, which no backup has");
        }
        // Whoever packed other entries, or the same one twice, hoped that they are not looked at.
        var names = zip.Entries.Select(e => e.FullName).Order(StringComparer.Ordinal);
        if (!names.SequenceEqual(manifest.Files.Select(f => f.Path).Append(BackupManifest.FileName).Order(StringComparer.Ordinal)))
        {
            throw Damaged(archive, $"its files are not those that its {BackupManifest.FileName} lists");
        }
        if (
            manifest.Files.All(f => f.Path != BackupFiles.Database)
            || manifest.Files.DistinctBy(f => f.Path.ToUpperInvariant()).Count() != manifest.Files.Count
        )
        {
            throw Damaged(archive, "it has no database, or a file twice");
        }
        return migrations.Contains(manifest.Schema)
            ? manifest
            : throw new EngineException(
                $"{archive} was written by a newer version of this program ({manifest.Program}; its database knows '{manifest.Schema}'). Update the program, then restore."
            );
    }

    private void CheckEmpty()
    {
        if (File.Exists(folders.DataRoot))
        {
            throw new EngineException($"{folders.DataRoot} is a file. Choose an empty or new folder with --CllClip:DataRoot=FOLDER");
        }
        if (File.Exists(folders.Database))
        {
            throw new EngineException(
                $"There is a database {folders.Database} already, and a restore never overwrites anything. Choose an empty or new folder with --CllClip:DataRoot=FOLDER, or move what is there away."
            );
        }
        var inTheWay = Directory.Exists(folders.DataRoot)
            ? Directory
                .EnumerateFileSystemEntries(folders.DataRoot)
                .Select(e => Path.GetFileName(e))
                .Where(e => !Passed.Contains(e) && !e.StartsWith(Aside, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .ToList()
            : [];
        if (inTheWay.Count > 0)
        {
            throw new EngineException(
                $"The data root {folders.DataRoot} is not empty (there is {string.Join(", ", inTheWay.Take(3))}), and a restore never overwrites anything. Choose an empty or new folder with --CllClip:DataRoot=FOLDER, or move what is there away."
            );
        }
    }

    private void Unpack(
        string archive,
        ZipArchive zip,
        BackupManifest manifest,
        Action<double, string, double?> report,
        CancellationToken stop
    )
    {
        RemoveAside(); // of a restore that was killed
        CheckEmpty(); // now that nobody else can come in between
        CheckSpace(archive, manifest);
        var working = Path.Combine(folders.DataRoot, $"{Aside}{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(working);
            var began = Stopwatch.GetTimestamp();
            var (done, total) = (0L, Math.Max(1, manifest.Files.Sum(f => f.Bytes)));
            foreach (var file in manifest.Files)
            {
                UnpackFile(archive, zip.GetEntry(file.Path)!, file, Path.Combine(working, file.Path), stop);
                done += file.Bytes;
                var (share, gone) = ((double)done / total, Stopwatch.GetElapsedTime(began).TotalSeconds);
                report(share, file.Path, gone >= FirstSecond ? gone * (1 - share) / share : null);
            }
            CheckDatabase(archive, Path.Combine(working, BackupFiles.Database), manifest);
            stop.ThrowIfCancellationRequested();
            MoveIn(working);
        }
        finally
        {
            RemoveAside();
        }
    }

    private void UnpackFile(string archive, ZipArchiveEntry entry, BackupFile file, string target, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long bytes;
        try
        {
            using var packed = entry.Open();
            using var unpacked = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            bytes = CopyAtMost(packed, unpacked, file.Bytes, hash, stop);
            unpacked.Flush(flushToDisk: true);
        }
        catch (InvalidDataException error)
        {
            throw Damaged(archive, $"{file.Path} cannot be unpacked", error);
        }
        if (bytes != file.Bytes || Convert.ToHexStringLower(hash.GetHashAndReset()) != file.Sha256)
        {
            throw Damaged(archive, $"{file.Path} is not the file that was backed up");
        }
    }

    /// <summary>Copies so many bytes and no more, whatever the archive holds.</summary>
    private long CopyAtMost(Stream from, Stream to, long most, IncrementalHash? hash, CancellationToken stop)
    {
        var copied = 0L;
        for (int read; (read = from.Read(_buffer)) > 0; )
        {
            stop.ThrowIfCancellationRequested();
            copied += read;
            if (copied > most)
            {
                throw new InvalidDataException("It is longer than it says.");
            }
            to.Write(_buffer, 0, read);
            hash?.AppendData(_buffer, 0, read);
        }
        return copied;
    }

    private void CheckDatabase(string archive, string database, BackupManifest manifest)
    {
        if (SqliteCopy.Fault(database) is { } fault)
        {
            throw Damaged(archive, $"its database is not sound ({fault.TrimEnd('.')})");
        }
        try
        {
            using var connection = SqliteCopy.Open(database, SqliteOpenMode.ReadOnly);
            var applied = SqliteCopy.Texts(connection, "SELECT MigrationId FROM __EFMigrationsHistory ORDER BY MigrationId");
            PortalDatabase.CheckNotNewer(database, applied, migrations);
            if (applied.LastOrDefault() != manifest.Schema)
            {
                throw Damaged(archive, $"its database is not of the version that its {BackupManifest.FileName} names");
            }
            RemoveUnknown(Path.GetDirectoryName(database)!, [.. SqliteCopy.Texts(connection, "SELECT Id FROM Runs")]);
        }
        catch (SqliteException error)
        {
            throw Damaged(archive, $"its database is not this program's ({error.Message.TrimEnd('.')})", error);
        }
    }

    /// <summary>Checkpoints of runs that were deleted while the backup was made belong to nobody.</summary>
    private static void RemoveUnknown(string working, HashSet<string> runs)
    {
        var all = Path.Combine(working, "runs");
        foreach (var folder in Directory.Exists(all) ? Directory.GetDirectories(all) : [])
        {
            if (!runs.Contains(Path.GetFileName(folder)))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private void CheckSpace(string archive, BackupManifest manifest)
    {
        var needed = manifest.Files.Sum(f => f.Bytes);
        if (DiskSpace.Free(folders.DataRoot) is { } free && free < needed)
        {
            throw new EngineException(
                $"The backup {archive} takes {Formats.Bytes(needed)} unpacked, and {folders.DataRoot} has {Formats.Bytes(free)} free. Free some space, or choose a folder on another disk with --CllClip:DataRoot=FOLDER"
            );
        }
    }

    /// <summary>The database comes last: a data root without one is not taken for a restored one.</summary>
    private void MoveIn(string working)
    {
        List<string> moved = [];
        var arriving = folders.Database + ".restoring"; // it may lie on another disk, to which nothing moves in one step
        try
        {
            foreach (var folder in Directory.GetDirectories(working))
            {
                var place = Path.Combine(folders.DataRoot, Path.GetFileName(folder));
                Directory.Move(folder, place);
                moved.Add(place);
            }
            File.Move(Path.Combine(working, BackupFiles.Database), arriving, overwrite: true);
            File.Move(arriving, folders.Database);
        }
        catch
        {
            File.Delete(arriving);
            moved.ForEach(folder => Directory.Delete(folder, recursive: true));
            throw;
        }
    }

    private void RemoveAside()
    {
        foreach (var folder in Directory.GetDirectories(folders.DataRoot, Aside + "*"))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Takes away the data root that was made here, with the files of the lock and nothing else.</summary>
    private void RemoveOwn()
    {
        try
        {
            File.Delete(folders.LockFile);
            if (Path.GetDirectoryName(folders.Database) == folders.DataRoot)
            {
                File.Delete(folders.DatabaseLockFile); // elsewhere it may be another portal's
            }
            Directory.Delete(folders.DataRoot);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // somebody came in between, or it never was there; an empty folder is in nobody's way
        }
    }

    private static EngineException Damaged(string archive, string why, Exception? cause = null) =>
        new(
            $"The backup {archive} is damaged: {why}. Nothing was restored; take another backup, or copy this one again from where it was made.",
            cause!
        );
}
