using System.Globalization;
using CllClip.Portal.Hosting;
using Microsoft.Data.Sqlite;

namespace CllClip.Portal.Jobs;

/// <summary>
/// Quartz's own file beside the database: which lanes' workers are to be woken. Nothing in it is not also in the runs' table, so a damaged one is put aside and made
/// anew.
/// </summary>
internal sealed partial class QueueFile(PortalFolders folders, TimeProvider time, ILogger<QueueFile> log) : IHostedLifecycleService
{
    private string FilePath => Path.Combine(folders.DataRoot, "queue.db");

    public string ConnectionString => new SqliteConnectionStringBuilder { DataSource = FilePath, DefaultTimeout = 15 }.ToString();

    /// <summary>Puts a damaged file aside, before the scheduler opens it.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folders.DataRoot);
        if (File.Exists(FilePath) && !IsSound())
        {
            var aside = string.Create(CultureInfo.InvariantCulture, $"{FilePath}.damaged-{time.GetUtcNow():yyyyMMddHHmmss}");
            File.Move(FilePath, aside);
            foreach (var rest in new[] { "-wal", "-shm", "-journal" })
            {
                File.Delete(FilePath + rest);
            }
            LogPutAside(log, FilePath, aside);
        }
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private bool IsSound()
    {
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder(ConnectionString) { Pooling = false }.ToString());
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA quick_check(1)";
            if (command.ExecuteScalar() as string is not "ok")
            {
                return false;
            }
            command.CommandText = "PRAGMA journal_mode = WAL";
            command.ExecuteNonQuery();
            return true;
        }
        catch (SqliteException error) when (error.SqliteErrorCode is 11 or 26) // CORRUPT, NOTADB
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{File} was damaged; it is now {Aside}, and a new one is made from the stored runs")]
    private static partial void LogPutAside(ILogger log, string file, string aside);
}
