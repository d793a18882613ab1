using Microsoft.Data.Sqlite;

namespace CllClip.Portal.Storage;

/// <summary>Copies a database that others may be writing to, and checks copies. No connection is kept.</summary>
internal static class SqliteCopy
{
    /// <summary>Copies a database as it stands at one moment, with what is still in its write-ahead log. Writers go on meanwhile.</summary>
    /// <param name="from">The database.</param>
    /// <param name="to">A file that is not there or empty; it gets no log beside it.</param>
    /// <exception cref="SqliteException">The database is damaged or locked, or the disk refuses.</exception>
    public static void Write(string from, string to)
    {
        using var live = Open(from, SqliteOpenMode.ReadWrite); // its log cannot be read without the right to write
        using var copy = Open(to, SqliteOpenMode.ReadWriteCreate);
        live.BackupDatabase(copy);
        Run(copy, "PRAGMA journal_mode = DELETE"); // the copy says of itself that it has a log, as the original does
    }

    /// <summary>Opens a database for a moment.</summary>
    public static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = file,
                Mode = mode,
                Pooling = false,
                ForeignKeys = true,
            }.ToString()
        );
        try
        {
            connection.Open();
            Run(connection, "PRAGMA busy_timeout = 15000");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>What is wrong with a database: every page, index and reference is looked at; null for nothing.</summary>
    public static string? Fault(string file)
    {
        try
        {
            using var connection = Open(file, SqliteOpenMode.ReadOnly);
            return Texts(connection, "PRAGMA integrity_check(1)") is not ["ok"] and var verdict
                    ? verdict.FirstOrDefault() ?? "it cannot be checked"
                : Texts(connection, "PRAGMA foreign_key_check") is [var table, ..] ? $"rows of {table} belong to nothing"
                : null;
        }
        catch (SqliteException error)
        {
            return error.Message;
        }
    }

    /// <summary>First column of every row.</summary>
    public static List<string> Texts(SqliteConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var rows = command.ExecuteReader();
        var texts = new List<string>();
        while (rows.Read())
        {
            texts.Add(rows.GetString(0));
        }
        return texts;
    }

    /// <summary>Does something to the database.</summary>
    public static void Run(SqliteConnection connection, string sql, string? value = null)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (value is not null)
        {
            command.Parameters.AddWithValue("$value", value);
        }
        command.ExecuteNonQuery();
    }
}
