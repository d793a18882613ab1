using System.Diagnostics;
using System.Runtime;
using System.Runtime.InteropServices;
using CllClip.Engine.Device;
using CllClip.Engine.Training;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using Microsoft.Data.Sqlite;

namespace CllClip.Portal.Features.Diagnostics;

/// <summary>What can be found out without the portal's services, so that the command line can too, whatever is broken.</summary>
internal static class Facts
{
    private const int WaitMs = 3_000;

    public static IReadOnlyList<NamedText> Versions() =>
        [
            new("portal", RunProvenance.CodeVersion),
            .. RunProvenance.Libraries.Select(l => new NamedText(l.Key, l.Value)),
            new("system", RuntimeInformation.OSDescription),
            new("runtime", RuntimeInformation.RuntimeIdentifier),
        ];

    /// <param name="options">The settings; null where they cannot be read.</param>
    /// <param name="device">Finds the device that a name stands for.</param>
    public static MachineFacts Machine(PortalOptions? options, Func<string, string?>? device = null)
    {
        using var process = Process.GetCurrentProcess();
        var started = process.StartTime.ToUniversalTime();
        return new(
            Environment.ProcessorCount,
            RuntimeInformation.ProcessArchitecture.ToString(),
            $"{(GCSettings.IsServerGC ? "server" : "workstation")}, {(GCSettings.LatencyMode == GCLatencyMode.Batch ? "not concurrent" : "concurrent")}",
            options?.Device,
            options is null || device is null ? null : device(options.Device),
            started,
            (DateTime.UtcNow - started).TotalSeconds
        );
    }

    /// <summary>The device that a name stands for, a GPU with its model; loads the libraries.</summary>
    public static string? Device(string name) => DeviceChoice.Describe(name);

    public static DiskFacts Disk(PortalFolders folders, long reserve, bool? low)
    {
        var there = folders.DataRoot;
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } above)
        {
            there = above;
        }
        var free = DiskSpace.Free(there);
        return new(folders.DataRoot, free, Total(there), reserve, low ?? free < reserve);
    }

    /// <summary>Looks at the database; only reads, also beside a portal that writes.</summary>
    /// <param name="file">The database.</param>
    /// <param name="check">Whether every page is looked at, which takes a moment for each hundred megabytes.</param>
    /// <exception cref="SqliteException">It cannot be read at all.</exception>
    public static DatabaseFacts Database(string file, bool check)
    {
        if (!File.Exists(file))
        {
            return new(file, 0, 0, null, null, "not there yet");
        }
        var wal = new FileInfo(file + "-wal");
        var facts = new DatabaseFacts(file, new FileInfo(file).Length, wal.Exists ? wal.Length : 0, null, null, null);
        try
        {
            using var connection = SqliteCopy.Open(file, SqliteOpenMode.ReadOnly);
            SqliteCopy.Run(connection, $"PRAGMA busy_timeout = {WaitMs}");
            return facts with
            {
                Schema = Text(connection, "SELECT MigrationId FROM __EFMigrationsHistory ORDER BY MigrationId DESC LIMIT 1"),
                Journal = Text(connection, "PRAGMA journal_mode"),
                Integrity = check ? string.Join("; ", SqliteCopy.Texts(connection, "PRAGMA quick_check(5)")) : null,
            };
        }
        catch (SqliteException error)
        {
            return facts with { Integrity = error.Message };
        }
    }

    private static string? Text(SqliteConnection connection, string query) => SqliteCopy.Texts(connection, query).FirstOrDefault();

    private static long? Total(string folder)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).TotalSize;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
