using Microsoft.Data.Sqlite;

namespace CllClip.Portal.Storage;

/// <summary>Free space of the disk that a folder lies on.</summary>
internal static class DiskSpace
{
    /// <summary>What is left for others: a database that cannot write loses more than an upload.</summary>
    public const long Reserve = 256L << 20;

    private const int SqliteFull = 13;
    private const int Full = 28; // ENOSPC
    private const int FullWindows = 0x70; // ERROR_DISK_FULL

    /// <summary>Free bytes for this account; null where the system does not say.</summary>
    public static long? Free(string folder)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether an error says that the disk is full.</summary>
    public static bool IsFull(IOException error) => (error.HResult & 0xFFFF) is Full or FullWindows;

    /// <summary>Whether an error, or what caused it, says that the disk is full: a file's, or the database's.</summary>
    public static bool IsCauseOf(Exception error)
    {
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is IOException io ? IsFull(io) : cause is SqliteException { SqliteErrorCode: SqliteFull })
            {
                return true;
            }
        }
        return false;
    }
}
