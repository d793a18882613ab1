using System.Text.Json;

namespace CllClip.Portal.Storage.Backups;

/// <summary>A file of a backup.</summary>
/// <param name="Path">Where it lies in the archive, with slashes.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its hash, hexadecimal.</param>
public sealed record BackupFile(string Path, long Bytes, string Sha256);

/// <summary>What a backup says of itself: the last entry of its archive.</summary>
/// <param name="Format">Version of the archive's layout.</param>
/// <param name="Program">Version of the program that wrote it.</param>
/// <param name="CreatedAt">When the database was copied.</param>
/// <param name="Schema">Newest migration of the database in it.</param>
/// <param name="Runs">Runs in it, without those that come with the program.</param>
/// <param name="Files">Every other entry.</param>
public sealed record BackupManifest(
    int Format,
    string Program,
    DateTime CreatedAt,
    string Schema,
    int Runs,
    IReadOnlyList<BackupFile> Files
)
{
    /// <summary>The layout that this program writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Its name in the archive.</summary>
    public const string FileName = "backup.json";

    /// <summary>How it is written.</summary>
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
}
