using System.Net.Sockets;
using CllClip.Engine;
using CllClip.Portal.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;

namespace CllClip.Portal.Hosting;

/// <summary>Turns errors that a person can mend into words with the remedy.</summary>
internal static class StartupError
{
    private const int DiskFull = 28; // ENOSPC
    private const int DiskFullWindows = unchecked((int)0x80070070);

    /// <summary>What is wrong and what to do; null for an error that only a developer can mend.</summary>
    public static string? Explain(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (Words(cause) is { } text)
            {
                return text;
            }
        }
        return null;
    }

    private static string? Words(Exception error) =>
        error switch
        {
            EngineException => error.Message,
            IOException { InnerException: AddressInUseException } => PortInUse(error.Message),
            SocketException { SocketErrorCode: SocketError.AccessDenied } =>
                "The port may not be used by this account. Choose one above 1023, for example with --urls http://localhost:6001",
            SqliteException sqlite => Database(sqlite),
            IOException io when (io.HResult & 0xFFFF) == DiskFull || io.HResult == DiskFullWindows =>
                "No space is left on the disk. Free some, or choose another place with --CllClip:DataRoot=FOLDER",
            UnauthorizedAccessException =>
                $"{error.Message} Give this account the right to write there, or choose another data root with --CllClip:DataRoot=FOLDER",
            _ => null,
        };

    private static string PortInUse(string message) =>
        $"{message.TrimEnd('.')}. Another program listens there, perhaps another portal: end it, or choose another port with --urls http://localhost:6001";

    private static string? Database(SqliteException error) =>
        error.SqliteErrorCode switch
        {
            11 or 26 => // CORRUPT, NOTADB
            $"The database is damaged ({error.Message.TrimEnd('.')}). {PortalDatabase.DamageRemedy}",
            13 => "No space is left for the database. Free some on that disk, then start again.", // FULL
            _ => null,
        };
}
