using CllClip.Portal.Tests.Jobs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Tests.Storage;

/// <summary>What bad disks and half copies do to a database.</summary>
internal static class DatabaseDamage
{
    /// <summary>Moves everything from the log into the file, and closes it.</summary>
    public static void Settle(Bench bench)
    {
        using (var db = bench.Open())
        {
            db.Database.ExecuteSqlRaw("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        SqliteConnection.ClearAllPools();
    }

    /// <summary>Puts noise over a part of a file, as far as there is one.</summary>
    public static void Overwrite(string path, long from, int bytes)
    {
        using var file = File.OpenWrite(path);
        file.Position = from;
        var noise = new byte[(int)Math.Min(bytes, file.Length - from)];
        new Random(1).NextBytes(noise);
        file.Write(noise);
    }

    /// <summary>Cuts a file.</summary>
    public static void Cut(string path, double share)
    {
        using var file = File.OpenWrite(path);
        file.SetLength((long)(file.Length * share));
    }
}
