using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using CllClip.Engine;
using CllClip.Engine.Training;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using Microsoft.Data.Sqlite;

namespace CllClip.Portal.Storage.Backups;

/// <summary>
/// Writes a backup of a data root that a portal may be working on. The database is copied first: a stage is on the disk before its row is stored, so every stage that the
/// copy names is found afterwards. Stages that are finished meanwhile come along too; the engine reports them again when the run goes on.
/// </summary>
internal sealed class BackupWriter(PortalFolders folders, IReadOnlyList<string> migrations, TimeProvider time)
{
    private const int BufferBytes = 1 << 20;
    private const double FirstSecond = 1; // no estimate before
    private readonly byte[] _buffer = new byte[BufferBytes];

    /// <summary>Writes the archive beside its place and moves it there: it is there whole or not at all.</summary>
    /// <param name="target">The file; must not exist.</param>
    /// <param name="report">Told the share done, what is being done, and the seconds left.</param>
    /// <param name="stop">Ends it; nothing is left then.</param>
    /// <exception cref="EngineException">There is nothing to back up, the database is damaged, the target exists, or the disk refuses.</exception>
    public BackupManifest Write(string target, Action<double, string, double?> report, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        CheckPlaces(target);
        var working = $"{target}.{Guid.NewGuid():N}.tmp";
        var database = working + ".db";
        try
        {
            report(0, "Copying the database", null);
            var createdAt = time.GetUtcNow().UtcDateTime;
            var (schema, runs) = CopyDatabase(database);
            var manifest = Pack(working, database, createdAt, schema, runs, report, stop);
            File.Move(working, target);
            return manifest;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException(
                File.Exists(target) ? Exists(target)
                    : error is IOException io && DiskSpace.IsFull(io)
                        ? $"The disk is full: {target} was not written, and nothing of it is left there. Free some space, or choose a folder on another disk with --out."
                    : $"The backup {target} was not made: {error.Message.TrimEnd('.')}. Nothing of it is left there; mend that and back up again, or choose another folder with --out.",
                error
            );
        }
        catch (SqliteException error) when (error.SqliteErrorCode == PortalDatabase.SqliteFull)
        {
            throw new EngineException(
                $"The disk is full: {target} was not written, and nothing of it is left there. Free some space, or choose a folder on another disk with --out.",
                error
            );
        }
        catch (SqliteException error)
        {
            throw PortalDatabase.Explain(error, folders.Database);
        }
        finally
        {
            foreach (var file in (string[])[working, database, database + "-journal"])
            {
                File.Delete(file);
            }
        }
    }

    private void CheckPlaces(string target)
    {
        if (!File.Exists(folders.Database))
        {
            throw new EngineException(
                $"There is no database {folders.Database}, so nothing to back up. Name the portal's data root with --CllClip:DataRoot=FOLDER."
            );
        }
        if (Path.Exists(target))
        {
            throw new EngineException(Exists(target));
        }
        // Not made here: a folder that is missing is often a disk that is not mounted.
        if (!Directory.Exists(Path.GetDirectoryName(target)))
        {
            throw new EngineException(
                $"The folder {Path.GetDirectoryName(target)} is not there. Make it (or mount its disk), or choose another one with --out."
            );
        }
    }

    private static string Exists(string target) =>
        $"{target} exists already, and a backup never overwrites anything. Choose another name with --out, or remove that one first.";

    /// <summary>The newest migration of the copy, and its runs.</summary>
    private (string Schema, IReadOnlyList<string> Runs) CopyDatabase(string copy)
    {
        CreatePrivately(copy).Dispose();
        SqliteCopy.Write(folders.Database, copy);
        if (SqliteCopy.Fault(copy) is { } fault)
        {
            throw PortalDatabase.Explain(new SqliteException(fault, PortalDatabase.SqliteCorrupt), folders.Database);
        }
        using var connection = SqliteCopy.Open(copy, SqliteOpenMode.ReadOnly);
        var applied = SqliteCopy.Texts(connection, "SELECT MigrationId FROM __EFMigrationsHistory ORDER BY MigrationId");
        PortalDatabase.CheckNotNewer(folders.Database, applied, migrations);
        return (applied[^1], OwnRuns(connection));
    }

    private BackupManifest Pack(
        string working,
        string database,
        DateTime createdAt,
        string schema,
        IReadOnlyList<string> runs,
        Action<double, string, double?> report,
        CancellationToken stop
    )
    {
        using var stream = CreatePrivately(working);
        BackupManifest manifest;
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            List<BackupFile> packed = [];
            HashSet<string> incomplete = [];
            var began = Stopwatch.GetTimestamp();
            var (done, total) = (0L, new FileInfo(database).Length);
            void Count(long bytes, string what)
            {
                done += bytes;
                var gone = Stopwatch.GetElapsedTime(began).TotalSeconds;
                var share = Math.Min(1, (double)done / Math.Max(1, total));
                report(share, what, gone >= FirstSecond && share > 0 ? gone * (1 - share) / share : null);
            }

            IEnumerable<(string Path, string File)> Of(string? run) =>
                run is null ? BackupFiles.Small(folders) : BackupFiles.Run(folders, run);
            string?[] all = [null, .. runs];
            total += all.SelectMany(Of).Sum(f => Length(f.File));
            foreach (var run in all)
            {
                var what = run is null ? "Keys and registrations" : $"Run {run}";
                foreach (var (path, file) in Of(run)) // listed again: of a run in training more may be there by now
                {
                    if (PackFile(zip, path, file, bytes => Count(bytes, what), stop) is { } entry)
                    {
                        packed.Add(entry);
                    }
                    else if (run is not null)
                    {
                        incomplete.Add(run);
                    }
                }
            }
            var left = DropDeleted(database, runs);
            CheckWhole(left, incomplete);
            packed.Add(PackFile(zip, BackupFiles.Database, database, bytes => Count(bytes, "The database"), stop)!);
            manifest = new BackupManifest(BackupManifest.CurrentFormat, RunProvenance.CodeVersion, createdAt, schema, left.Count, packed);
            using var entryStream = zip.CreateEntry(BackupManifest.FileName).Open();
            JsonSerializer.Serialize(entryStream, manifest, BackupManifest.Json);
        }
        stream.Flush(flushToDisk: true);
        return manifest;
    }

    /// <summary>Copies one file with its hash; null where it went meanwhile.</summary>
    private BackupFile? PackFile(ZipArchive zip, string path, string file, Action<long> count, CancellationToken stop)
    {
        FileStream source;
        try
        {
            source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // a run or a registration was removed: what that means is looked at when all is copied
        }
        using (source)
        {
            var length = BackupFiles.Grows(path) ? WholeLines(source) : source.Length;
            var dense = path.EndsWith(".safetensors", StringComparison.Ordinal); // numbers hardly grow smaller
            using var entry = zip.CreateEntry(path, dense ? CompressionLevel.NoCompression : CompressionLevel.Fastest).Open();
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (var left = length; left > 0; )
            {
                stop.ThrowIfCancellationRequested();
                var read = source.Read(_buffer, 0, (int)Math.Min(left, BufferBytes));
                if (read == 0)
                {
                    throw new EngineException($"{file} became shorter while it was copied. Back up again.");
                }
                entry.Write(_buffer, 0, read);
                hash.AppendData(_buffer, 0, read);
                count(read);
                left -= read;
            }
            return new BackupFile(path, length, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
    }

    /// <summary>Bytes up to the last end of a line: what is behind it is still being written, and half a number is another number.</summary>
    private static long WholeLines(FileStream lines)
    {
        var end = lines.Length;
        while (end > 0)
        {
            lines.Position = end - 1;
            if (lines.ReadByte() == '\n')
            {
                break;
            }
            end--;
        }
        lines.Position = 0;
        return end;
    }

    /// <summary>Takes runs out of the copy that were deleted while files were copied: their checkpoints may be missing.</summary>
    /// <returns>The runs that are left.</returns>
    private List<string> DropDeleted(string copy, IReadOnlyList<string> runs)
    {
        HashSet<string> alive;
        using (var live = SqliteCopy.Open(folders.Database, SqliteOpenMode.ReadWrite))
        {
            alive = [.. OwnRuns(live)];
        }
        List<string> deleted = [.. runs.Where(id => !alive.Contains(id))];
        if (deleted.Count > 0)
        {
            using var connection = SqliteCopy.Open(copy, SqliteOpenMode.ReadWrite);
            foreach (var id in deleted)
            {
                SqliteCopy.Run(connection, "DELETE FROM Runs WHERE Id = $value", id);
            }
        }
        return [.. runs.Where(alive.Contains)];
    }

    /// <summary>A run that is still there must have been copied whole.</summary>
    private static void CheckWhole(IEnumerable<string> runs, HashSet<string> incomplete)
    {
        if (runs.FirstOrDefault(incomplete.Contains) is { } id)
        {
            throw new EngineException($"Checkpoints of run {id} were taken away while they were copied. Back up again.");
        }
    }

    private static List<string> OwnRuns(SqliteConnection connection) =>
        SqliteCopy.Texts(connection, "SELECT Id FROM Runs WHERE Shipped = 0 ORDER BY Number");

    private static long Length(string file)
    {
        try
        {
            return new FileInfo(file).Length;
        }
        catch (IOException)
        {
            return 0; // it went just now
        }
    }

    /// <summary>For this account alone: the keys in a backup open what is protected by them.</summary>
    private static FileStream CreatePrivately(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        return new FileStream(path, options);
    }
}
