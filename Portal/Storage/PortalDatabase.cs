using CllClip.Portal.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Storage;

/// <summary>Opens the portal's database at start: checks the file, brings its schema up to date, or says what is wrong with it.</summary>
public sealed class PortalDatabase(IDbContextFactory<PortalDbContext> contexts, PortalFolders folders)
{
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
                    Check(db);
                }
                if (fresh || IsOlder(db))
                {
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
                SqliteCorrupt or SqliteNotADatabase =>
                    $"The database {file} is damaged ({cause.Message}). Restore it from a copy, or move it away: the portal then starts with an empty one. Checkpoints under runs/ are kept.",
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

    private const int SqlitePermission = 3;
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteReadOnly = 8;
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const int SqliteNotADatabase = 26;

    /// <summary>Without EF's query pipeline, which would have to be compiled for it at every start.</summary>
    private static void Check(PortalDbContext db)
    {
        db.Database.OpenConnection();
        using var check = db.Database.GetDbConnection().CreateCommand();
        check.CommandText = "PRAGMA quick_check(1)";
        var verdict = check.ExecuteScalar() as string;
        if (verdict is not ("ok" or null))
        {
            throw new SqliteException(verdict, SqliteCorrupt);
        }
    }

    /// <summary>Whether migrations wait for it.</summary>
    private bool IsOlder(PortalDbContext db)
    {
        var (applied, known) = (db.Database.GetAppliedMigrations().ToList(), db.Database.GetMigrations().ToList());
        var unknown = applied.Except(known).ToList();
        if (unknown.Count > 0)
        {
            throw new DatabaseException(
                $"The database {folders.Database} was written by a newer version of this program (it knows '{unknown[^1]}'). Update the program, or set CllClip:DataRoot to another folder."
            );
        }
        return applied.Count < known.Count;
    }
}
