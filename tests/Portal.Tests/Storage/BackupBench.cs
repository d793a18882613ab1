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

/// <summary>A data root with everything that lies in one, its backup, and what is restored from that.</summary>
public abstract class BackupBench : IDisposable
{
    protected Bench Bench { get; } = Bench.Ready();

    protected string Archive => Path.Combine(Bench.Folder, "backup.zip");

    public void Dispose()
    {
        Bench.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A data root with everything that lies in one.</summary>
    private protected void Fill()
    {
        Bench.Add("a", RunState.Completed, change: r => r.Name = "日本語 عربي");
        Bench.Add("b", RunState.Running);
        Bench.Add("c", RunState.Completed); // imported: scores alone
        Bench.Add("shipped", RunState.Completed, change: r => (r.Shipped, r.ChainFolder) = (true, "/elsewhere/chain"));
        Bench.Store.AddScores("a", [Bench.Score(1), Bench.Score(2, "de")]);
        Bench.Store.AddScores("b", [Bench.Score(1)]);
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

    private protected void Stage(string run, int stage)
    {
        var noise = new byte[100_000];
        new Random(stage).NextBytes(noise);
        Write($"runs/{run}/chain/ranks/stage-{stage:000}.safetensors", "ranks");
        Write($"runs/{run}/chain/stage-{stage:000}/delta.safetensors", Convert.ToBase64String(noise));
        Write($"runs/{run}/chain/stage-{stage:000}/stage.json", "{}");
    }

    private protected void Write(string path, string text)
    {
        var file = Path.Combine(Bench.Folders.DataRoot, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <param name="first">Told what is packed when its first bytes are.</param>
    private protected BackupManifest Back(Action<string>? first = null)
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

    private protected BackupWriter Writer() => new(Bench.Folders, Migrations(), TimeProvider.System);

    private protected BackupManifest Restore(PortalFolders folders) =>
        new BackupRestore(folders, Migrations()).Restore(Archive, (_, _, _) => { });

    private protected void Refused(string words)
    {
        var folders = Target();
        var error = Assert.Throws<EngineException>(() => Restore(folders));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains(Archive, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folders.DataRoot));
    }

    private protected PortalFolders Target(string name = "restored") => new(Bench.Folder, Path.Combine(Bench.Folder, name, "data"));

    private protected List<string> Migrations()
    {
        using var db = Bench.Open();
        return [.. db.Database.GetMigrations()];
    }

    /// <summary>Packs the archive anew with another manifest, as somebody would who means harm.</summary>
    private protected void Repack(Func<ZipArchive, IReadOnlyList<BackupFile>, IReadOnlyList<BackupFile>> change, BackupManifest manifest)
    {
        using var zip = ZipFile.Open(Archive, ZipArchiveMode.Update);
        zip.GetEntry(BackupManifest.FileName)!.Delete();
        var files = change(zip, manifest.Files);
        Put(zip, BackupManifest.FileName, JsonSerializer.Serialize(manifest with { Files = files }, BackupManifest.Json));
    }

    private protected static void Put(ZipArchive zip, string name, string text)
    {
        using var stream = zip.CreateEntry(name).Open();
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    private protected static string Sha(string text) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Every row of every table.</summary>
    private protected static List<string> Dump(string database)
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
