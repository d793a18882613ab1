using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage.Backups;
using Microsoft.Data.Sqlite;

namespace CllClip.Fuzz.Portal;

/// <summary>Backups that are brought back: the archive changed, or what it says of itself. After a refusal nothing is there.</summary>
internal sealed class BackupTarget : IFuzzTarget
{
    private const string Manifest = "manifest";
    private const string Newest = "20260101000000_First";
    private static readonly DateTimeOffset _time = new(2026, 1, 2, 3, 4, 6, TimeSpan.Zero);
    private readonly FuzzFolder _folder = new();
    private readonly byte[] _database;
    private readonly byte[] _key = "<key/>"u8.ToArray();

    public BackupTarget()
    {
        _database = Database();
        var manifest = Encoding.UTF8.GetBytes(
            $$"""
            {"format":1,"program":"0.1.0","createdAt":"2026-01-02T03:04:05Z","schema":"{{Newest}}","runs":0,"files":[
            {"path":"portal.db","bytes":{{_database.Length}},"sha256":"{{Hash(
                _database
            )}}"},{"path":"keys/key-1.xml","bytes":6,"sha256":"{{Hash(_key)}}"}]}
            """
        );
        Samples = [new(Manifest, manifest), new("zip", Zip(manifest))];
    }

    /// <inheritdoc/>
    public string Name => "backups";

    /// <inheritdoc/>
    public IReadOnlyList<FuzzInput> Samples { get; }

    /// <inheritdoc/>
    public long MostAllocated => 64 << 20;

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } =
    [
        "\"path\":\"../x\"",
        "\"files\":[null]",
        "\"bytes\":9223372036854775807",
        "keys/../x.xml",
        "portal.db",
        "backup.json",
        "\\ud800",
        "\"format\":2",
        Newest,
    ];

    /// <inheritdoc/>
    public string? Read(FuzzInput input)
    {
        var archive = _folder.Write("backup.zip", input.Kind == Manifest ? Zip(input.Bytes) : input.Bytes);
        var folders = new PortalFolders(_folder.Path, "data");
        var refusal = FuzzFolder.Refusal(() => new BackupRestore(folders, [Newest]).Restore(archive, (_, _, _) => { }), archive);
        SqliteConnection.ClearAllPools();
        var there = Directory.Exists(folders.DataRoot);
        if (there != refusal is null)
        {
            throw new FuzzFault(there ? $"something is left after: {refusal}" : "nothing came of it");
        }
        if (there)
        {
            Directory.Delete(folders.DataRoot, recursive: true);
        }
        var names = Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName);
        return names.SequenceEqual(["backup.zip"]) ? refusal : throw new FuzzFault($"there is {string.Join(", ", names)}");
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private byte[] Zip(byte[] manifest)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in new[] { ("portal.db", _database), ("keys/key-1.xml", _key), ("backup.json", manifest) })
            {
                var entry = zip.CreateEntry(name);
                entry.LastWriteTime = _time;
                using var stream = entry.Open();
                stream.Write(content);
            }
        }
        return memory.ToArray();
    }

    private byte[] Database()
    {
        var path = _folder.At("made.db");
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText =
                "CREATE TABLE __EFMigrationsHistory (MigrationId TEXT); CREATE TABLE Runs (Id TEXT); INSERT INTO __EFMigrationsHistory VALUES ($newest)";
            command.Parameters.AddWithValue("$newest", Newest);
            command.ExecuteNonQuery();
        }
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
