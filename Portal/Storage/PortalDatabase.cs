using System.Buffers.Binary;
using CllClip.Portal.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Storage;

/// <summary>Opens the portal's database at start: checks the file, brings its schema up to date, or says what is wrong with it.</summary>
public sealed partial class PortalDatabase(IDbContextFactory<PortalDbContext> contexts, PortalFolders folders, ILogger<PortalDatabase> log)
{
    /// <summary>What stands between the database's name and the migration's in the name of a copy.</summary>
    internal const string Before = ".before-";

    private const long WholeCheck = 64L << 20; // bytes, less than a second

    private readonly Lock _once = new();
    private bool _ready;

    /// <summary>Makes the database usable; the second call does nothing.</summary>
    /// <exception cref="DatabaseException">The file is damaged, of a newer version, or cannot be written.</exception>
    public void Prepare()
    {
        lock (_once)
        {
            if (_ready)
            {
                return;
            }
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(folders.Database))!);
                using var db = contexts.CreateDbContext();
                var fresh = !File.Exists(folders.Database) || new FileInfo(folders.Database).Length == 0;
                if (!fresh)
                {
                    CheckLength(folders.Database);
                    Check(db, folders.Database);
                }
                if (fresh)
                {
                    db.Database.Migrate();
                }
                else if (Migrations(db) is (var applied, [var next, ..]))
                {
                    if (applied.Count > 0) // else there is nothing in it: the very first start was killed
                    {
                        Keep(next);
                    }
                    db.Database.Migrate();
                }
                db.Database.ExecuteSqlRaw("PRAGMA journal_mode = WAL"); // readers never wait for the writer
            }
            catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
            {
                throw Explain(e, folders.Database);
            }
            _ready = true;
        }
    }

    /// <summary>What went wrong with the database, in words with the remedy.</summary>
    public static DatabaseException Explain(Exception cause, string file) =>
        new(
            (cause as SqliteException)?.SqliteErrorCode switch
            {
                SqliteCorrupt or SqliteNotADatabase => $"The database {file} is damaged ({cause.Message.TrimEnd('.')}). {DamageRemedy}",
                SqliteFull =>
                    $"The disk is full: the database {file} cannot grow. Free some space and start again; what was stored before is kept.",
                SqliteReadOnly or SqliteCannotOpen or SqlitePermission =>
                    $"The database {file} cannot be written. Give this user write permission on the file and its folder, or set CllClip:DataRoot to another folder.",
                SqliteBusy or SqliteLocked =>
                    $"The database {file} is locked by another program. Close it (another portal on the same data root?) and start again.",
                _ =>
                    $"The database {file} cannot be used: {cause.Message} Check the disk and the permissions of its folder, or set CllClip:DataRoot to another folder.",
            },
            cause
        );

    /// <summary>What to do about a damaged database.</summary>
    internal const string DamageRemedy =
        "Restore a backup into an empty folder (restore FILE --CllClip:DataRoot=FOLDER) and start the portal with that setting; without a backup move the file away: the portal then starts with an empty one. Checkpoints under runs/ are kept.";

    private const int SqlitePermission = 3;
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteReadOnly = 8;
    internal const int SqliteCorrupt = 11;
    internal const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const int SqliteNotADatabase = 26;

    /// <summary>SQLite takes the missing end of a file that was cut within its last page for zeros.</summary>
    private static void CheckLength(string path)
    {
        if (new FileInfo(path + "-wal") is { Exists: true, Length: > 0 })
        {
            return; // the log mends what a failing power supply left half-written
        }
        Span<byte> header = stackalloc byte[18];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.StartsWith("SQLite format 3\0"u8))
        {
            return; // SQLite says itself what is wrong with it
        }
        var page = BinaryPrimitives.ReadUInt16BigEndian(header[16..]) is var size && size == 1 ? 65536 : size;
        if (page > 0 && file.Length % page != 0)
        {
            throw new SqliteException("the file ends in the middle of a page", SqliteCorrupt);
        }
    }

    /// <summary>Without EF's query pipeline, which would have to be compiled for it at every start.</summary>
    private static void Check(PortalDbContext db, string path)
    {
        db.Database.OpenConnection();
        using var check = db.Database.GetDbConnection().CreateCommand();
        // The whole check also holds the indexes against the tables; of a large database a backup makes it, so that the start stays quick.
        check.CommandText = new FileInfo(path).Length <= WholeCheck ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)";
        var verdict = check.ExecuteScalar() as string;
        if (verdict is not ("ok" or null))
        {
            throw new SqliteException(verdict, SqliteCorrupt);
        }
    }

    /// <summary>Migrations that the database has, and those that wait for it.</summary>
    private (List<string> Applied, List<string> Waiting) Migrations(PortalDbContext db)
    {
        var (applied, known) = (db.Database.GetAppliedMigrations().ToList(), db.Database.GetMigrations().ToList());
        CheckNotNewer(folders.Database, applied, known);
        return (applied, [.. known.Except(applied)]);
    }

    /// <summary>Refuses a database with migrations that this program does not know.</summary>
    /// <exception cref="DatabaseException">It has such.</exception>
    internal static void CheckNotNewer(string file, IEnumerable<string> applied, IEnumerable<string> known)
    {
        if (applied.Except(known).LastOrDefault() is { } unknown)
        {
            throw new DatabaseException(
                $"The database {file} was written by a newer version of this program (it knows '{unknown}'). Update the program, or set CllClip:DataRoot to another folder."
            );
        }
    }

    /// <summary>Keeps the database as it was before a migration beside it; how many of such copies stay, the rule of what is pruned says.</summary>
    private void Keep(string migration)
    {
        var copy = folders.Database + Before + migration;
        var working = copy + ".tmp";
        try
        {
            File.Delete(working); // of a start that was killed
            SqliteCopy.Write(folders.Database, working);
            File.Move(working, copy, overwrite: true);
        }
        catch (Exception error)
            when (error is SqliteException { SqliteErrorCode: SqliteFull } or IOException or UnauthorizedAccessException)
        {
            throw new DatabaseException(
                $"The database {folders.Database} is of an earlier version, and the copy {copy} that is kept before it is brought up to date cannot be written: {error.Message.TrimEnd('.')}. Free some space or mend the rights on its folder, and start again; the database is as it was.",
                error
            );
        }
        finally
        {
            File.Delete(working);
        }
        var folder = Path.GetDirectoryName(folders.Database)!;
        foreach (var killed in Directory.EnumerateFiles(folder, Path.GetFileName(folders.Database) + Before + "*.tmp").ToList())
        {
            File.Delete(killed); // of a start that was killed
        }
        LogKept(log, folders.Database, copy);
    }

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The database {Database} is brought up to date; as it was before it is kept in {Copy}"
    )]
    private static partial void LogKept(ILogger log, string database, string copy);
}
