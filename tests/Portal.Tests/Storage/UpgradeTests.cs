using System.Globalization;
using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Hosting;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CllClip.Portal.Tests.Storage;

/// <summary>Every schema that there ever was, with rows in all of its tables, is brought to the newest without loss; the file as it was is kept.</summary>
public sealed partial class UpgradeTests
{
    /// <summary>The committed migrations, oldest first.</summary>
    public static TheoryData<string> Migrations()
    {
        using var bench = new Bench();
        using var db = bench.Open();
        return [.. db.Database.GetMigrations()];
    }

    [Theory]
    [MemberData(nameof(Migrations))]
    public void An_earlier_database_is_brought_to_the_newest_with_every_value(string migration)
    {
        using var bench = At(migration);
        var (schema, before) = Read(bench.Folders.Database);
        Assert.Equal(States.Length, before["Runs"].Count);

        bench.Database.Prepare();

        using (var db = bench.Open())
        {
            Assert.Empty(db.Database.GetPendingMigrations());
        }
        var (_, after) = Read(bench.Folders.Database, schema); // the columns that there were then
        Assert.All(before, table => Assert.Equal(table.Value, after[table.Key]));
        Assert.Null(SqliteCopy.Fault(bench.Folders.Database));
        CheckAsTheProgramReads(bench, schema);
    }

    [Theory]
    [MemberData(nameof(Migrations))]
    public void The_file_as_it_was_is_kept_beside_it_and_named_in_the_log(string migration)
    {
        var log = new KeptLines<PortalDatabase>();
        using var bench = At(migration);
        var (schema, before) = Read(bench.Folders.Database);
        var known = Migrations().Select(m => m.Data).ToList();
        var folder = bench.Folders.DataRoot;
        File.WriteAllText(Path.Combine(folder, "portal.db.before-20200101000000_Older"), "of an earlier upgrade");
        File.WriteAllText(Path.Combine(folder, "portal.db.before-20200101000000_Older.tmp"), "of a start that was killed");

        new PortalDatabase(bench.Get<IDbContextFactory<PortalDbContext>>(), bench.Folders, log).Prepare();

        var kept = Directory.GetFiles(folder, "portal.db.before-*").Order(StringComparer.Ordinal).ToList();
        if (migration == known[^1])
        {
            Assert.Equal(2, kept.Count); // nothing to do, nothing touched
            Assert.Empty(log.Lines);
            return;
        }
        var next = known[known.IndexOf(migration) + 1];
        var copy = Path.Combine(folder, $"portal.db.before-{next}");
        Assert.Equal([Path.Combine(folder, "portal.db.before-20200101000000_Older"), copy], kept); // older ones go by the rule of what is pruned
        Assert.Contains(copy, Assert.Single(log.Lines), StringComparison.Ordinal);
        var (old, rows) = Read(copy);
        Assert.Equal(schema, old);
        Assert.All(before, table => Assert.Equal(table.Value, rows[table.Key]));
    }

    [Fact]
    public void A_database_whose_copy_cannot_be_kept_is_left_as_it_was()
    {
        var first = Migrations().Select(m => m.Data).First();
        using var bench = At(first);
        var (_, before) = Read(bench.Folders.Database);
        var next = Migrations().Select(m => m.Data).ElementAt(1);
        Directory.CreateDirectory(Path.Combine(bench.Folders.DataRoot, $"portal.db.before-{next}", "in the way"));

        var error = Assert.Throws<DatabaseException>(bench.Database.Prepare);

        Assert.Contains($"portal.db.before-{next}", error.Message, StringComparison.Ordinal);
        Assert.Contains("as it was", error.Message, StringComparison.Ordinal);
        using var db = bench.Open();
        Assert.Equal([first], db.Database.GetAppliedMigrations());
        Assert.Equal(before["Runs"], Read(bench.Folders.Database).Rows["Runs"]);
        Assert.Empty(Directory.GetFiles(bench.Folders.DataRoot, "*.tmp"));
    }

    [Fact]
    public void Without_room_for_the_copy_the_database_stays_as_it_was_until_there_is()
    {
        using var folder = new TemporaryFolder();
        using var small = SmallDisk.Mount(folder.Path, "1m");
        using var bench = At(Migrations().Select(m => m.Data).First(), small.Folder);
        DatabaseDamage.Settle(bench);
        var (schema, before) = Read(bench.Folders.Database);
        var filler = Path.Combine(small.Folder, "filler");
        using (var file = File.Create(filler))
        {
            var kilobytes = new DriveInfo(small.Folder).AvailableFreeSpace / 1024 - 100; // some for the log
            for (var i = 0; i < kilobytes; i++)
            {
                file.Write(new byte[1024]);
            }
        }
        var error = Assert.Throws<DatabaseException>(bench.Database.Prepare);
        Assert.Contains("Free some space", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(bench.Folders.DataRoot, "*.before-*"));
        Assert.Equal(before["Runs"], Read(bench.Folders.Database, schema).Rows["Runs"]);

        File.Delete(filler);
        bench.Database.Prepare();
        Assert.Single(Directory.GetFiles(bench.Folders.DataRoot, "*.before-*"));
        Assert.Equal(before["Runs"], Read(bench.Folders.Database, schema).Rows["Runs"]);
        SqliteConnection.ClearAllPools(); // else the disk is in use
    }

    [Fact]
    public void A_first_start_that_was_killed_before_its_first_migration_leaves_nothing_to_keep()
    {
        using var bench = new Bench();
        Directory.CreateDirectory(bench.Folders.DataRoot);
        using (var db = bench.Open())
        {
            db.Database.ExecuteSqlRaw("PRAGMA journal_mode = WAL; CREATE TABLE t (a); DROP TABLE t");
        }
        DatabaseDamage.Settle(bench);
        bench.Database.Prepare();
        Assert.Empty(Directory.GetFiles(bench.Folders.DataRoot, "*.before-*"));
    }

    /// <summary>A bench whose database is at a migration, with rows in every table, written as the schema of then takes them.</summary>
    private static Bench At(string migration, string? folder = null)
    {
        var bench = new Bench(folder);
        Directory.CreateDirectory(bench.Folders.DataRoot);
        using var db = bench.Open();
        db.GetService<IMigrator>().Migrate(migration);
        db.Database.ExecuteSqlRaw("PRAGMA journal_mode = WAL"); // as a portal leaves it
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        db.Database.OpenConnection();
        foreach (var (table, columns) in Schema(connection).OrderBy(t => t.Key != "Runs")) // others refer to runs
        {
            for (var i = 0; i < States.Length; i++)
            {
                var values = columns.Select(c =>
                    table == "Runs" && c == "State"
                        ? $"'{States[i]}'"
                        : string.Format(CultureInfo.InvariantCulture, Values[table][c], i + 1)
                );
                SqliteCopy.Run(connection, $"INSERT INTO \"{table}\" ({Names(columns)}) VALUES ({string.Join(", ", values)})");
            }
        }
        return bench;
    }

    /// <summary>What was stored is understood, and what is new has the value that means "as before".</summary>
    private static void CheckAsTheProgramReads(Bench bench, Dictionary<string, List<string>> schema)
    {
        using var db = bench.Open();
        var runs = db.Runs.AsNoTracking().OrderBy(r => r.Number).ToList();
        Assert.Equal(States, runs.Select(r => r.State.ToString()));
        Assert.All(
            runs,
            run =>
            {
                Assert.Equal($"Lauf {run.Number}: 日本語, العربية, O'Neil \"x\"", run.Name);
                Assert.Equal(["en", "de", "zh"], run.Languages);
                Assert.Equal(128, run.Options["batchSize"].GetInt32());
                Assert.Equal((20.25, -3.5, 33.125), (run.Summary.ArT2i, run.Summary.BackwardTransferT2i, run.Summary.OwnTaskT2i));
                Assert.Equal("71f4", run.Provenance!.DataRevision);
                Assert.Equal(7, run.Progress!.Step);
                Assert.Equal(new DateTime(2026, 11, 24, 3, 4, 5, 678, DateTimeKind.Utc), run.CreatedAt);
                Assert.Equal(run.Number == 5 ? "/opt/shipped/chain" : null, run.ChainFolder);
                Assert.Equal(Had("Runs", "TestSets") ? ["xm3600"] : Array.Empty<string>(), run.TestSets);
                Assert.Equal(Had("Runs", "QueuePosition") ? 100 - run.Number : run.Number, run.QueuePosition);
                Assert.Equal(Had("Runs", "SweepId") ? "sweep" : null, run.SweepId);
                Assert.Equal(Had("Runs", "Notes") ? "what people wrote\nin two lines" : null, run.Notes);
                Assert.Equal(Had("Runs", "Origin") ? "a paper" : null, run.Origin?.Source);
            }
        );
        Assert.All(db.Stages.AsEnumerable(), s => Assert.Equal((1, 1234), (s.Figures.Stage, s.Figures.RowsInUse)));
        Assert.All(
            db.Scores.AsEnumerable(),
            s =>
            {
                Assert.Equal((12.345678901234567, RetrievalDirection.ImageToText), (s.Recall, s.Direction));
                Assert.Equal(Had("Scores", "Dataset") ? "xm3600" : null, s.ToScore().Dataset);
            }
        );
        Assert.Equal(States.Length, db.StateChanges.Count());
        Assert.Equal(States.Length, db.LogLines.Count());
        var hooks = Had("Webhooks", "Id") ? States.Length : 0;
        Assert.Equal((hooks, hooks), (db.Webhooks.Count(), db.WebhookDeliveries.Count()));
        Assert.All(db.Webhooks.AsEnumerable(), w => Assert.Equal(["run.completed", "run.failed"], w.Events));
        var audit = db.Audit.AsNoTracking().ToList();
        Assert.Equal(Had("Audit", "Id") ? States.Length : 0, audit.Count);
        Assert.All(audit, l => Assert.Equal(("ana", "run.stop", AuditOutcome.Conflict), (l.Who, l.What, l.Outcome)));
        var pruned = Had("Prunings", "Id") ? States.Length : 0;
        Assert.Equal((pruned, pruned, pruned), (db.Prunings.Count(), db.PruneMarks.Count(), db.PruneRules.Count()));
        Assert.All(db.Prunings.AsEnumerable(), p => Assert.Equal("portal.db.before-x", Assert.Single(p.Things).Name));
        Assert.All(
            db.PruneRules.AsEnumerable(),
            r => Assert.Equal((33, 5, 30), (r.Rule.Checkpoints.Days, r.Rule.KeepCopies, r.Rule.Leftovers.Days))
        );
        Assert.Equal(Had("Runs", "CheckpointsPrunedAt") ? 1 : 0, runs.Count(r => r.CheckpointsPrunedAt is not null));
        // And it goes on: the first in the queue's order is claimed, a new run gets the next number.
        Assert.Equal("run1", bench.Store.Claim("cpu", "go")!.Id);
        Assert.Equal(States.Length + 1, bench.Add("new").Number);

        bool Had(string table, string column) => schema.TryGetValue(table, out var columns) && columns.Contains(column);
    }

    /// <summary>Every value of every table, as SQL literals.</summary>
    private static (Dictionary<string, List<string>> Schema, Dictionary<string, List<string>> Rows) Read(
        string database,
        Dictionary<string, List<string>>? schema = null
    )
    {
        using var connection = SqliteCopy.Open(database, SqliteOpenMode.ReadWrite);
        schema ??= Schema(connection);
        return (
            schema,
            schema.ToDictionary(
                t => t.Key,
                t =>
                    SqliteCopy.Texts(
                        connection,
                        $"SELECT {string.Join(" || ', ' || ", t.Value.Select(c => $"quote(\"{c}\")"))} FROM \"{t.Key}\" ORDER BY 1"
                    )
            )
        );
    }

    private static Dictionary<string, List<string>> Schema(SqliteConnection connection) =>
        SqliteCopy
            .Texts(
                connection,
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '!_!_EF%' ESCAPE '!'"
            )
            .ToDictionary(t => t, t => SqliteCopy.Texts(connection, $"SELECT name FROM pragma_table_info('{t}')"));

    private static string Names(IEnumerable<string> columns) => string.Join(", ", columns.Select(c => $"\"{c}\""));
}
