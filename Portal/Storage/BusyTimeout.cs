using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace CllClip.Portal.Storage;

/// <summary>Every connection waits for a lock inside SQLite instead of failing at once.</summary>
internal sealed class BusyTimeout : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Set(connection);

    public override Task ConnectionOpenedAsync(
        DbConnection connection,
        ConnectionEndEventData eventData,
        CancellationToken cancellationToken = default
    )
    {
        Set(connection);
        return Task.CompletedTask;
    }

    private static void Set(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA busy_timeout = 15000";
        command.ExecuteNonQuery();
    }
}
