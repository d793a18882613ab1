using CllClip.Engine;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Portal.Storage.Backups;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Runs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace CllClip.Portal.Tests.Storage;

/// <summary>What goes into a backup, and what changes meanwhile.</summary>
public sealed class BackupTests : BackupBench
{
    private static readonly string[] Expected =
    [
        "datasets/mine/corpus.json",
        "datasets/mine/manifest.json",
        "datasets/mine/report.json",
        "keys/key-1.xml",
        "models/big.json",
        "portal.db",
        "runs/a/chain/ranks/stage-001.safetensors",
        "runs/a/chain/ranks/stage-002.safetensors",
        "runs/a/chain/stage-001/delta.safetensors",
        "runs/a/chain/stage-001/replay.json",
        "runs/a/chain/stage-001/stage.json",
        "runs/a/chain/stage-002/delta.safetensors",
        "runs/a/chain/stage-002/stage.json",
        "runs/a/steps.csv",
        "runs/b/chain/ranks/stage-001.safetensors",
        "runs/b/chain/stage-001/delta.safetensors",
        "runs/b/chain/stage-001/stage.json",
    ];

    [Fact]
    public void It_holds_what_cannot_be_made_again_and_nothing_else()
    {
        Fill();
        var manifest = Back();
        Assert.Equal(Expected, manifest.Files.Select(f => f.Path).Order(StringComparer.Ordinal));
        Assert.Equal(3, manifest.Runs); // c has scores alone; the shipped one comes with the program
        using (var db = Bench.Open())
        {
            Assert.Equal(db.Database.GetMigrations().Last(), manifest.Schema);
        }
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Archive)); // keys are in it
        }
        Assert.Equal([Archive], Directory.GetFiles(Bench.Folder));
    }

    [Fact]
    public void It_comes_back_to_the_last_byte_and_row()
    {
        Fill();
        Back();
        var folders = Target();
        var manifest = Restore(folders);
        Assert.All(
            Expected.Where(f => f is not "portal.db" and not "runs/a/steps.csv"),
            f =>
                Assert.Equal(
                    File.ReadAllBytes(Path.Combine(Bench.Folders.DataRoot, f)),
                    File.ReadAllBytes(Path.Combine(folders.DataRoot, f))
                )
        );
        Assert.Equal("at,stage\n1,2\n", File.ReadAllText(folders.Steps("a"))); // the half line that was being written stays behind
        Assert.Equal(manifest.Files.Count + 2, Directory.GetFiles(folders.DataRoot, "*", SearchOption.AllDirectories).Length); // and two locks
        Assert.Equal(Dump(Bench.Folders.Database), Dump(folders.Database));

        using var portal = new Bench(Path.GetDirectoryName(folders.DataRoot));
        portal.Database.Prepare();
        using var db = portal.Open();
        Assert.Equal(["a", "b", "c", "shipped"], db.Runs.OrderBy(r => r.Number).Select(r => r.Id));
        Assert.Equal(RunState.Running, db.Runs.Single(r => r.Id == "b").State);
    }

    [Fact]
    public void What_a_running_portal_writes_meanwhile_does_not_tear_the_copy()
    {
        Fill();
        Back(what =>
        {
            if (what == "Run a")
            {
                Stage("b", 2);
                Bench.Store.AddScores("b", [Bench.Score(2)]);
                Bench.Add("late");
                Stage("late", 1);
            }
        });
        var folders = Target();
        Restore(folders);
        // A stage that the database does not know yet came along; a run that it does not know did not.
        Assert.True(File.Exists(Path.Combine(folders.Chain("b"), "stage-002", "stage.json")));
        Assert.False(Directory.Exists(folders.Run("late")));
        using var db = SqliteCopy.Open(folders.Database, SqliteOpenMode.ReadOnly);
        Assert.Equal(["1"], SqliteCopy.Texts(db, "SELECT CAST(COUNT(*) AS TEXT) FROM Scores WHERE RunId = 'b'"));
    }

    [Fact]
    public async Task Of_a_portal_that_never_rests_every_copy_is_consistent()
    {
        Bench.Add("busy", RunState.Running);
        using var enough = new CancellationTokenSource();
        var training = Task.Run(() =>
        {
            for (var stage = 1; !enough.IsCancellationRequested && stage < 900; stage++)
            {
                // As the engine: aside, renamed, then told.
                Write($"runs/busy/chain/stage-{stage:000}.tmp/stage.json", "{}");
                Write($"runs/busy/chain/stage-{stage:000}.tmp/delta.safetensors", new string('d', 5000));
                Directory.Move(
                    Path.Combine(Bench.Folders.Chain("busy"), $"stage-{stage:000}.tmp"),
                    Path.Combine(Bench.Folders.Chain("busy"), $"stage-{stage:000}")
                );
                Bench.Store.AddScores("busy", [Bench.Score(stage), Bench.Score(stage, "de")]);
                Thread.Sleep(2);
            }
        });
        var counts = new List<int>();
        for (var i = 0; i < 8; i++)
        {
            File.Delete(Archive);
            Back();
            var folders = Target($"copy-{i}");
            Restore(folders);
            using var db = SqliteCopy.Open(folders.Database, SqliteOpenMode.ReadOnly);
            var named = SqliteCopy.Texts(db, "SELECT DISTINCT CAST(Stage AS TEXT) FROM Scores").Select(int.Parse).ToList();
            Assert.InRange(named.Count, 0, Engine.Training.CheckpointChain.CountStages(folders.Chain("busy")));
            Assert.Equal(Enumerable.Range(1, named.Count), named.Order());
            counts.Add(named.Count);
        }
        await enough.CancelAsync();
        await training;
        Assert.True(counts[^1] > counts[0], "The portal rested.");
    }

    [Fact]
    public void Checkpoints_that_are_taken_away_meanwhile_are_named()
    {
        Fill();
        var error = Assert.Throws<EngineException>(() =>
            Writer()
                .Write(
                    Archive,
                    (_, what, _) =>
                    {
                        if (what == "Run a" && Directory.Exists(Path.Combine(Bench.Folders.Chain("a"), "stage-002")))
                        {
                            Directory.Delete(Path.Combine(Bench.Folders.Chain("a"), "stage-002"), true);
                        }
                    }
                )
        );
        Assert.Contains("run a", error.Message, StringComparison.Ordinal);
        Assert.Contains("Back up again", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Bench.Folder));
    }

    [Fact]
    public void A_disk_of_its_own_can_be_the_data_root_and_the_database_can_lie_elsewhere()
    {
        Fill();
        Back();
        using var disk = SmallDisk.Mount(Path.Combine(Bench.Folder, "disk"), "64m");
        var elsewhere = Path.Combine(Bench.Folder, "elsewhere", "runs.db");
        var folders = new PortalFolders(Bench.Folder, disk.Folder, $"Data Source={elsewhere}");
        Restore(folders);
        Assert.Equal(Dump(Bench.Folders.Database), Dump(elsewhere));
        Assert.False(File.Exists(Path.Combine(disk.Folder, "portal.db")));

        File.Delete(Archive);
        var manifest = new BackupWriter(folders, Migrations(), TimeProvider.System).Write(Archive, (_, _, _) => { });
        Assert.Equal(Expected, manifest.Files.Select(f => f.Path).Order(StringComparer.Ordinal));
        Assert.Contains(elsewhere, Assert.Throws<EngineException>(() => Restore(folders)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_is_deleted_meanwhile_is_in_it_whole_or_not_at_all()
    {
        Fill();
        var manifest = Back(what =>
        {
            if (what == "Run a")
            {
                Bench.Store.Move("b", RunState.Completed, "Done.");
                Assert.Equal(Portal.Jobs.ActionOutcome.Done, Bench.Store.Delete("b").Outcome);
                Directory.Delete(Bench.Folders.Run("b"), true);
            }
        });
        Assert.Equal(2, manifest.Runs);
        var folders = Target();
        Restore(folders);
        Assert.False(Directory.Exists(folders.Run("b")));
        using var db = SqliteCopy.Open(folders.Database, SqliteOpenMode.ReadOnly);
        Assert.Equal(["a", "c", "shipped"], SqliteCopy.Texts(db, "SELECT Id FROM Runs ORDER BY Id"));
        Assert.Empty(SqliteCopy.Texts(db, "SELECT RunId FROM Scores WHERE RunId = 'b'"));
    }

    [Fact]
    public void Nothing_is_overwritten_and_no_folder_is_made()
    {
        Fill();
        File.WriteAllText(Archive, "mine");
        Assert.Contains("exists already", Assert.Throws<EngineException>(() => Back()).Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Archive));

        var away = Path.Combine(Bench.Folder, "not-mounted", "backup.zip");
        Assert.Contains(
            "mount",
            Assert.Throws<EngineException>(() => Writer().Write(away, (_, _, _) => { })).Message,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(Path.GetDirectoryName(away)));
    }

    [Fact]
    public void Without_a_database_there_is_nothing_to_back_up()
    {
        var folders = Target();
        var error = Assert.Throws<EngineException>(() =>
            new BackupWriter(folders, Migrations(), TimeProvider.System).Write(Archive, (_, _, _) => { })
        );
        Assert.Contains("--CllClip:DataRoot=", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folders.DataRoot));
    }

    [Fact]
    public void A_damaged_database_is_not_backed_up_as_if_it_were_sound()
    {
        Fill();
        DatabaseDamage.Settle(Bench);
        DatabaseDamage.Overwrite(Bench.Folders.Database, 4096, 64 << 10);
        var error = Assert.Throws<DatabaseException>(() => Back());
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Bench.Folder));
    }

    [Fact]
    public void Ctrl_C_leaves_nothing()
    {
        Fill();
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Writer()
                .Write(
                    Archive,
                    (_, what, _) =>
                    {
                        if (what == "Run a")
                        {
                            stop.Cancel();
                        }
                    },
                    stop.Token
                )
        );
        Assert.Empty(Directory.GetFiles(Bench.Folder));

        Back();
        var folders = Target();
        using var again = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new BackupRestore(folders, Migrations()).Restore(
                Archive,
                (share, _, _) =>
                {
                    if (share > 0.2)
                    {
                        again.Cancel();
                    }
                },
                again.Token
            )
        );
        Assert.False(Directory.Exists(folders.DataRoot));
    }

    [Fact]
    public void A_full_disk_is_named_and_leaves_nothing()
    {
        Fill();
        using var small = SmallDisk.Mount(Path.Combine(Bench.Folder, "disk"), "200k");
        var error = Assert.Throws<EngineException>(() => Writer().Write(Path.Combine(small.Folder, "backup.zip"), (_, _, _) => { }));
        Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(small.Folder));

        Back();
        var folders = new PortalFolders(Bench.Folder, Path.Combine(small.Folder, "data"));
        error = Assert.Throws<EngineException>(() => Restore(folders));
        Assert.Contains("Free some space", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folders.DataRoot));
    }
}
