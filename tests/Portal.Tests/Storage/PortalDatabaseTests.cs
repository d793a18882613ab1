using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Results;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Xunit;

namespace CllClip.Portal.Tests.Storage;

public sealed class PortalDatabaseTests
{
    [Fact]
    public void An_empty_folder_gets_a_database_with_every_migration_and_a_write_ahead_log()
    {
        using var bench = Bench.Ready();
        using var db = bench.Open();
        Assert.Empty(db.Database.GetPendingMigrations());
        Assert.NotEmpty(db.Database.GetAppliedMigrations());
        Assert.Equal("wal", db.Database.SqlQueryRaw<string>("PRAGMA journal_mode").AsEnumerable().Single());
        Assert.Equal(15000, db.Database.SqlQueryRaw<int>("SELECT timeout AS Value FROM pragma_busy_timeout").AsEnumerable().Single());
    }

    [Fact]
    public void The_committed_migrations_are_the_model()
    {
        using var bench = new Bench();
        using var db = bench.Open();
        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public void A_second_start_keeps_what_was_stored()
    {
        using var bench = Bench.Ready();
        bench.Add("a");
        using var again = new Bench(bench.Folder);
        again.Database.Prepare();
        using var db = again.Open();
        Assert.Equal("a", db.Runs.Single().Id);
    }

    [Fact]
    public void An_index_that_does_not_fit_its_table_is_found_at_the_start()
    {
        using var bench = Bench.Ready();
        bench.Add("a");
        using (var db = bench.Open())
        {
            db.Database.ExecuteSqlRaw("PRAGMA wal_checkpoint(TRUNCATE)");
            // Of the two, one has rows and the other none: each now looks into the other's pages.
            db.Database.ExecuteSqlRaw(
                """
                PRAGMA writable_schema = ON;
                CREATE INDEX own_name ON Runs (Name);
                CREATE TABLE other (x TEXT);
                CREATE INDEX other_x ON other (x);
                UPDATE sqlite_master SET rootpage = (SELECT SUM(rootpage) FROM sqlite_master WHERE name IN ('own_name', 'other_x')) - rootpage WHERE name IN ('own_name', 'other_x');
                PRAGMA writable_schema = OFF;
                """
            );
        }
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        using var again = new Bench(bench.Folder);
        var error = Assert.Throws<DatabaseException>(again.Database.Prepare);
        Assert.Contains("portal.db", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_from_before_test_sets_keeps_its_runs_and_scores()
    {
        using var bench = new Bench();
        Directory.CreateDirectory(bench.Folders.DataRoot);
        using (var db = bench.Open())
        {
            db.GetService<IMigrator>().Migrate("20261124033637_Initial");
            db.Database.ExecuteSqlRaw(
                """
                INSERT INTO Runs (Id, Number, Name, State, Method, Teir, Dataset, Model, Languages, Epochs, Options, Seed, Device, Lane, Tags, Shipped, CreatedAt)
                VALUES ('old', 1, 'Old', 'Completed', 'cll-clip', 1, 'toy', 'emoji-base', '["en"]', 2, '{{}}', 1, 'cpu', 'cpu', '[]', 0, '2026-11-25 01:02:03');
                INSERT INTO Scores (RunId, Sequence, Stage, Language, Direction, K, Recall, N, Protocol)
                VALUES ('old', 1, 1, 'en', 't2i', 1, 12.5, 24, 'toy'), ('old', 2, 1, 'en', 't2i', 5, 50, 24, 'toy');
                """
            );
        }
        bench.Database.Prepare();
        using var now = bench.Open();
        var run = now.Runs.Single();
        Assert.Equal(("Old", "toy"), (run.Name, run.Dataset));
        Assert.Empty(run.TestSets);
        Score[] kept = [Bench.Score(1, recall: 12.5), Bench.Score(1, k: 5)];
        Assert.Equal(kept, now.Scores.OrderBy(s => s.Sequence).AsEnumerable().Select(s => s.ToScore()));
        // What is there is known again; the same on another data set stands beside it.
        Assert.Equal(0, bench.Store.AddScores("old", [.. kept, kept[0] with { Dataset = "xm3600", Recall = 7 }]));
        Assert.Equal([null, null, "xm3600"], now.Scores.OrderBy(s => s.Sequence).AsEnumerable().Select(s => s.ToScore().Dataset));
    }

    [Fact]
    public void A_database_from_before_the_queue_could_be_ordered_keeps_its_order()
    {
        using var bench = new Bench();
        Directory.CreateDirectory(bench.Folders.DataRoot);
        using (var db = bench.Open())
        {
            db.GetService<IMigrator>().Migrate("20261126002309_TestSets");
            foreach (var (id, number) in new[] { ("b", 7), ("a", 9), ("c", 2) })
            {
                db.Database.ExecuteSql(
                    $"""
                    INSERT INTO Runs (Id, Number, Name, State, Method, Teir, Dataset, TestSets, Model, Languages, Epochs, Options, Seed, Device, Lane, Tags, Shipped, CreatedAt)
                    VALUES ({id}, {number}, 'Old', 'Queued', 'cll-clip', 1, 'toy', '[]', 'emoji-base', '["en"]', 2, '', 1, 'cpu', 'cpu', '[]', 0, '2026-11-25 01:02:03')
                    """
                );
            }
            db.Database.ExecuteSql($"UPDATE Runs SET Options = {"{}"}");
        }
        bench.Database.Prepare();
        Assert.Equal(["c", "b", "a"], Enumerable.Range(0, 3).Select(_ => bench.Store.Claim("cpu", "go")!.Id));
    }

    [Fact]
    public void An_empty_file_is_filled()
    {
        using var bench = new Bench();
        Directory.CreateDirectory(bench.Folders.DataRoot);
        File.WriteAllBytes(bench.Folders.Database, []);
        bench.Database.Prepare();
        using var db = bench.Open();
        Assert.Empty(db.Runs);
    }

    [Fact]
    public void A_file_that_is_no_database_is_named_with_the_remedy_and_left_as_it_is()
    {
        using var bench = new Bench();
        Directory.CreateDirectory(bench.Folders.DataRoot);
        File.WriteAllText(bench.Folders.Database, new string('x', 5000));
        var error = Assert.Throws<DatabaseException>(bench.Database.Prepare);
        Assert.Contains(bench.Folders.Database, error.Message, StringComparison.Ordinal);
        Assert.Contains("Restore", error.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 5000), File.ReadAllText(bench.Folders.Database));
    }

    /// <summary>Noise over everything, over some pages in the middle, over the beginnings of pages; and files that were cut.</summary>
    public static TheoryData<string, Action<string>> Damages() =>
        new()
        {
            { "all but the first page", f => DatabaseDamage.Overwrite(f, 4096, int.MaxValue) },
            { "a page in the middle", f => DatabaseDamage.Overwrite(f, Middle(f), 4096) },
            { "the first bytes of a page in the middle", f => DatabaseDamage.Overwrite(f, Middle(f), 8) },
            { "the header", f => DatabaseDamage.Overwrite(f, 0, 100) },
            { "cut in the middle of a page", f => DatabaseDamage.Cut(f, 0.501) },
            { "cut at the last page", f => DatabaseDamage.Cut(f, 0.999) },
            { "cut within the header", f => DatabaseDamage.Cut(f, 50.0 / new FileInfo(f).Length) },
        };

    [Theory]
    [MemberData(nameof(Damages), DisableDiscoveryEnumeration = true)]
    public void A_damaged_database_is_named_with_the_remedy_and_left_as_it_is(string what, Action<string> damage)
    {
        using var bench = Bench.Ready();
        for (var i = 0; i < 200; i++)
        {
            bench.Add($"r{i}", change: r => r.Notes = new string('n', 500));
        }
        DatabaseDamage.Settle(bench);
        damage(bench.Folders.Database);
        var damaged = File.ReadAllBytes(bench.Folders.Database);
        using var again = new Bench(bench.Folder);
        var error = Assert.Throws<DatabaseException>(again.Database.Prepare);
        Assert.All(
            (string[])[bench.Folders.Database, "damaged", "restore FILE --CllClip:DataRoot=", "move the file away"],
            words => Assert.True(error.Message.Contains(words, StringComparison.Ordinal), $"{what}: {error.Message}")
        );
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Assert.Equal(damaged, File.ReadAllBytes(bench.Folders.Database));
    }

    private static long Middle(string file) => new FileInfo(file).Length / 2 / 4096 * 4096;

    [Fact]
    public void A_database_of_a_newer_version_is_refused()
    {
        using var bench = Bench.Ready();
        using (var db = bench.Open())
        {
            db.Database.ExecuteSqlRaw("INSERT INTO __EFMigrationsHistory VALUES ('29991231000000_Later', '99.0.0')");
        }
        using var again = new Bench(bench.Folder);
        var error = Assert.Throws<DatabaseException>(again.Database.Prepare);
        Assert.Contains("newer version", error.Message, StringComparison.Ordinal);
        Assert.Contains(bench.Folders.Database, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        using var bench = new Bench();
        File.WriteAllText(Path.Combine(bench.Folder, "data"), "a file where the folder should be");
        Assert.Contains(bench.Folders.Database, Assert.Throws<DatabaseException>(bench.Database.Prepare).Message, StringComparison.Ordinal);
    }
}
