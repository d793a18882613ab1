using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
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

/// <summary>What goes into a backup, what changes meanwhile, and which archives are not believed.</summary>
public sealed class BackupTests : IDisposable
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

    private readonly Bench _bench = Bench.Ready();

    private string Archive => Path.Combine(_bench.Folder, "backup.zip");

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void It_holds_what_cannot_be_made_again_and_nothing_else()
    {
        Fill();
        var manifest = Back();
        Assert.Equal(Expected, manifest.Files.Select(f => f.Path).Order(StringComparer.Ordinal));
        Assert.Equal(3, manifest.Runs); // c has scores alone; the shipped one comes with the program
        using (var db = _bench.Open())
        {
            Assert.Equal(db.Database.GetMigrations().Last(), manifest.Schema);
        }
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Archive)); // keys are in it
        }
        Assert.Equal([Archive], Directory.GetFiles(_bench.Folder));
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
                    File.ReadAllBytes(Path.Combine(_bench.Folders.DataRoot, f)),
                    File.ReadAllBytes(Path.Combine(folders.DataRoot, f))
                )
        );
        Assert.Equal("at,stage\n1,2\n", File.ReadAllText(folders.Steps("a"))); // the half line that was being written stays behind
        Assert.Equal(manifest.Files.Count + 2, Directory.GetFiles(folders.DataRoot, "*", SearchOption.AllDirectories).Length); // and two locks
        Assert.Equal(Dump(_bench.Folders.Database), Dump(folders.Database));

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
                _bench.Store.AddScores("b", [Bench.Score(2)]);
                _bench.Add("late");
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
        _bench.Add("busy", RunState.Running);
        using var enough = new CancellationTokenSource();
        var training = Task.Run(() =>
        {
            for (var stage = 1; !enough.IsCancellationRequested && stage < 900; stage++)
            {
                // As the engine: aside, renamed, then told.
                Write($"runs/busy/chain/stage-{stage:000}.tmp/stage.json", "{}");
                Write($"runs/busy/chain/stage-{stage:000}.tmp/delta.safetensors", new string('d', 5000));
                Directory.Move(
                    Path.Combine(_bench.Folders.Chain("busy"), $"stage-{stage:000}.tmp"),
                    Path.Combine(_bench.Folders.Chain("busy"), $"stage-{stage:000}")
                );
                _bench.Store.AddScores("busy", [Bench.Score(stage), Bench.Score(stage, "de")]);
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
                        if (what == "Run a" && Directory.Exists(Path.Combine(_bench.Folders.Chain("a"), "stage-002")))
                        {
                            Directory.Delete(Path.Combine(_bench.Folders.Chain("a"), "stage-002"), true);
                        }
                    }
                )
        );
        Assert.Contains("run a", error.Message, StringComparison.Ordinal);
        Assert.Contains("Back up again", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_bench.Folder));
    }

    [Fact]
    public void A_disk_of_its_own_can_be_the_data_root_and_the_database_can_lie_elsewhere()
    {
        Fill();
        Back();
        using var disk = SmallDisk.Mount(Path.Combine(_bench.Folder, "disk"), "64m");
        var elsewhere = Path.Combine(_bench.Folder, "elsewhere", "runs.db");
        var folders = new PortalFolders(_bench.Folder, disk.Folder, $"Data Source={elsewhere}");
        Restore(folders);
        Assert.Equal(Dump(_bench.Folders.Database), Dump(elsewhere));
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
                _bench.Store.Move("b", RunState.Completed, "Done.");
                Assert.Equal(Portal.Jobs.ActionOutcome.Done, _bench.Store.Delete("b").Outcome);
                Directory.Delete(_bench.Folders.Run("b"), true);
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

        var away = Path.Combine(_bench.Folder, "not-mounted", "backup.zip");
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
        DatabaseDamage.Settle(_bench);
        DatabaseDamage.Overwrite(_bench.Folders.Database, 4096, 64 << 10);
        var error = Assert.Throws<DatabaseException>(() => Back());
        Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_bench.Folder));
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
        Assert.Empty(Directory.GetFiles(_bench.Folder));

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
        using var small = SmallDisk.Mount(Path.Combine(_bench.Folder, "disk"), "200k");
        var error = Assert.Throws<EngineException>(() => Writer().Write(Path.Combine(small.Folder, "backup.zip"), (_, _, _) => { }));
        Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(small.Folder));

        Back();
        var folders = new PortalFolders(_bench.Folder, Path.Combine(small.Folder, "data"));
        error = Assert.Throws<EngineException>(() => Restore(folders));
        Assert.Contains("Free some space", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folders.DataRoot));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_archive_with_a_byte_changed_anywhere_is_refused_or_comes_back_right(int seed)
    {
        Fill();
        var manifest = Back();
        var whole = File.ReadAllBytes(Archive);
        var database = Dump(_bench.Folders.Database);
        var random = new Random(seed);
        var refused = 0;
        for (var i = 0; i < 25; i++)
        {
            var changed = (byte[])whole.Clone();
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Archive, changed);
            var folders = Target($"changed-{i}");
            try
            {
                Restore(folders);
            }
            catch (EngineException error)
            {
                refused++;
                Assert.Contains(Archive, error.Message, StringComparison.Ordinal);
                Assert.False(Directory.Exists(folders.DataRoot));
                continue;
            }
            Assert.Equal(database, Dump(folders.Database)); // a time or a flag of the archive, which nobody reads
            Assert.Equal(manifest.Files.Count + 2, Directory.GetFiles(folders.DataRoot, "*", SearchOption.AllDirectories).Length);
        }
        Assert.InRange(refused, 15, 25);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(-1)]
    [InlineData(-30)]
    [InlineData(-3000)]
    public void An_archive_that_was_cut_is_refused(int length)
    {
        Fill();
        Back();
        using (var file = File.OpenWrite(Archive))
        {
            file.SetLength(length < 0 ? file.Length + length : length);
        }
        Refused("damaged");
    }

    [Fact]
    public void A_foreign_archive_is_refused()
    {
        using (var zip = ZipFile.Open(Archive, ZipArchiveMode.Create))
        {
            Put(zip, "photos/a.txt", "a");
        }
        Refused("no backup of this program");
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/evil")]
    [InlineData("runs/a/../../../evil")]
    [InlineData("runs\\a\\steps.csv")]
    [InlineData("keys/..")]
    [InlineData("runs/a/chain/stage-001/../../../../../evil")]
    [InlineData("appsettings.json")]
    [InlineData("runs/a/steps.csv\n")]
    public void A_name_that_leads_out_is_refused_whoever_lists_it(string name)
    {
        Fill();
        var manifest = Back();
        Repack(
            (zip, files) =>
            {
                Put(zip, name, "evil");
                return [.. files, new BackupFile(name, 4, Sha("evil"))];
            },
            manifest
        );
        Refused("no backup has");
        Assert.False(Path.Exists(Path.Combine(_bench.Folder, "evil")));
    }

    [Fact]
    public void An_entry_that_is_not_listed_or_there_twice_is_refused()
    {
        Fill();
        var manifest = Back();
        Repack(
            (zip, files) =>
            {
                Put(zip, "keys/key-2.xml", "mine");
                return files;
            },
            manifest
        );
        Refused("lists");
        File.Delete(Archive);
        manifest = Back();
        Repack((_, files) => [.. files, files[0]], manifest);
        Refused("lists");
    }

    [Fact]
    public void An_archive_of_a_newer_version_is_refused()
    {
        Fill();
        var manifest = Back();
        Repack((_, files) => files, manifest with { Schema = "29991231000000_Later" });
        Refused("newer version");
        File.Delete(Archive);
        manifest = Back();
        Repack((_, files) => files, manifest with { Format = 2 });
        Refused("Update the program");
    }

    [Fact]
    public void An_occupied_data_root_is_refused_and_left_as_it_is()
    {
        Fill();
        Back();
        var before = Dump(_bench.Folders.Database);
        Assert.Contains("already", Assert.Throws<EngineException>(() => Restore(_bench.Folders)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Dump(_bench.Folders.Database));

        var other = Target("photos");
        Directory.CreateDirectory(other.DataRoot);
        File.WriteAllText(Path.Combine(other.DataRoot, "mine.txt"), "mine");
        Assert.Contains("mine.txt", Assert.Throws<EngineException>(() => Restore(other)).Message, StringComparison.Ordinal);
        Assert.Equal(["mine.txt"], Directory.GetFileSystemEntries(other.DataRoot).Select(Path.GetFileName));

        var used = Target("used");
        using (DataRootLock.Take(used))
        {
            Assert.Contains(
                "Another process",
                Assert.Throws<DataRootInUseException>(() => Restore(used)).Message,
                StringComparison.Ordinal
            );
        }
        Restore(used); // and is free again
    }

    [Fact]
    public void A_restore_that_was_killed_is_no_obstacle()
    {
        Fill();
        Back();
        var folders = Target();
        Directory.CreateDirectory(Path.Combine(folders.DataRoot, ".restoring-0123", "runs", "a"));
        Restore(folders);
        Assert.Empty(Directory.GetDirectories(folders.DataRoot, ".restoring-*"));
    }

    /// <summary>A data root with everything that lies in one.</summary>
    private void Fill()
    {
        _bench.Add("a", RunState.Completed, change: r => r.Name = "日本語 عربي");
        _bench.Add("b", RunState.Running);
        _bench.Add("c", RunState.Completed); // imported: scores alone
        _bench.Add("shipped", RunState.Completed, change: r => (r.Shipped, r.ChainFolder) = (true, "/elsewhere/chain"));
        _bench.Store.AddScores("a", [Bench.Score(1), Bench.Score(2, "de")]);
        _bench.Store.AddScores("b", [Bench.Score(1)]);
        Stage("a", 1);
        Stage("a", 2);
        Stage("b", 1);
        Write("runs/a/chain/stage-001/replay.json", "{}");
        Write("runs/a/steps.csv", "at,stage\n1,2\n2,3.1");
        Write("runs/a/steps.csv.tmp", "half");
        Write("runs/a/chain/stage-003.tmp/delta.safetensors", "half");
        Write("runs/a/chain/stage-004/stage.json", "after a gap");
        Write("runs/a/chain/stage-003.aside/stage.json", "aside");
        Write("runs/b/chain/within-002-000001/within.json", "within");
        Write("runs/gone/chain/stage-001/stage.json", "of no run");
        Write("datasets/mine/corpus.json", "{}");
        Write("datasets/mine/manifest.json", "{}");
        Write("datasets/mine/report.json", "{}");
        Write("datasets/mine/statistics-emoji-base.json", "{}");
        Write("datasets/emoji36/emoji36.json", "{}");
        Write("features/emoji36.safetensors", "features");
        Write("uploads/0123/archive.zip", "upload");
        Write("models/big.json", "{}");
        Write("keys/key-1.xml", "<key/>");
        Write("queue.db", "queue");
        Write("calibration.json", "{}");
    }

    private void Stage(string run, int stage)
    {
        var noise = new byte[100_000];
        new Random(stage).NextBytes(noise);
        Write($"runs/{run}/chain/ranks/stage-{stage:000}.safetensors", "ranks");
        Write($"runs/{run}/chain/stage-{stage:000}/delta.safetensors", Convert.ToBase64String(noise));
        Write($"runs/{run}/chain/stage-{stage:000}/stage.json", "{}");
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(_bench.Folders.DataRoot, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <param name="first">Told what is packed when its first bytes are.</param>
    private BackupManifest Back(Action<string>? first = null)
    {
        var seen = new HashSet<string>();
        return Writer()
            .Write(
                Archive,
                (share, what, _) =>
                {
                    Assert.InRange(share, 0, 1);
                    if (seen.Add(what))
                    {
                        first?.Invoke(what);
                    }
                }
            );
    }

    private BackupWriter Writer() => new(_bench.Folders, Migrations(), TimeProvider.System);

    private BackupManifest Restore(PortalFolders folders) => new BackupRestore(folders, Migrations()).Restore(Archive, (_, _, _) => { });

    private void Refused(string words)
    {
        var folders = Target();
        var error = Assert.Throws<EngineException>(() => Restore(folders));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains(Archive, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folders.DataRoot));
    }

    private PortalFolders Target(string name = "restored") => new(_bench.Folder, Path.Combine(_bench.Folder, name, "data"));

    private List<string> Migrations()
    {
        using var db = _bench.Open();
        return [.. db.Database.GetMigrations()];
    }

    /// <summary>Packs the archive anew with another manifest, as somebody would who means harm.</summary>
    private void Repack(Func<ZipArchive, IReadOnlyList<BackupFile>, IReadOnlyList<BackupFile>> change, BackupManifest manifest)
    {
        using var zip = ZipFile.Open(Archive, ZipArchiveMode.Update);
        zip.GetEntry(BackupManifest.FileName)!.Delete();
        var files = change(zip, manifest.Files);
        Put(zip, BackupManifest.FileName, JsonSerializer.Serialize(manifest with { Files = files }, BackupManifest.Json));
    }

    private static void Put(ZipArchive zip, string name, string text)
    {
        using var stream = zip.CreateEntry(name).Open();
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    private static string Sha(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Every row of every table.</summary>
    private static List<string> Dump(string database)
    {
        using var db = SqliteCopy.Open(database, SqliteOpenMode.ReadWrite);
        var rows = new List<string>();
        foreach (var table in SqliteCopy.Texts(db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"))
        {
            var columns = SqliteCopy.Texts(db, $"SELECT name FROM pragma_table_info('{table}')");
            var row = string.Join(" || '|' || ", columns.Select(c => $"quote(\"{c}\")"));
            rows.AddRange(SqliteCopy.Texts(db, $"SELECT '{table}: ' || {row} FROM \"{table}\" ORDER BY 1"));
        }
        return rows;
    }
}

/// <summary>A disk of a few kilobytes, where this account may mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    public static SmallDisk Mount(string folder, string size)
    {
        Directory.CreateDirectory(folder);
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", folder) == 0,
            "A small disk cannot be mounted by this account: only root on Linux may."
        );
        return new SmallDisk(folder);
    }

    public void Dispose() => Run("umount", Folder);

    private static int Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
