using System.Text.Json;
using System.Text.RegularExpressions;
using CllClip.Engine;

namespace CllClip.Portal.Features.Uploads;

/// <summary>Uploads on the disk: <c>UPLOAD/upload.json</c>, <c>data</c> while it is not unpacked, <c>files/</c> once it is.</summary>
internal static partial class UploadFiles
{
    private const string RecordFile = "upload.json";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The uploads in a folder. What is no upload, such as one whose beginning was cut off, is removed.</summary>
    public static List<UploadItem> Read(string root, TimeProvider time)
    {
        var items = new List<UploadItem>();
        foreach (var folder in Directory.Exists(root) ? Directory.EnumerateDirectories(root) : [])
        {
            var name = Path.GetFileName(folder);
            if (!Id().IsMatch(name))
            {
                continue; // somebody else's
            }
            if (Record(folder) is not { } record || record.Id != name)
            {
                Delete(folder);
                continue;
            }
            var item = new UploadItem(record, folder, time);
            var data = new FileInfo(item.DataFile);
            item.Offset =
                record.Unpacked is not null ? record.Length
                : data.Exists ? Math.Min(data.Length, record.Length)
                : 0;
            items.Add(item);
        }
        return items;
    }

    /// <exception cref="EngineException">The disk refuses.</exception>
    public static void Write(UploadItem item) =>
        AtomicFile.Write(Path.Combine(item.Folder, RecordFile), s => JsonSerializer.Serialize(s, item.Record, Json));

    /// <summary>Deletes what was unpacked.</summary>
    public static void DeleteFiles(UploadItem item)
    {
        if (Directory.Exists(item.FilesFolder))
        {
            Directory.Delete(item.FilesFolder, recursive: true);
        }
    }

    /// <summary>Deletes a folder; what cannot be deleted now is tried again at the next start.</summary>
    public static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                File.Delete(Path.Combine(folder, RecordFile)); // first: without it the rest is nobody's
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // the next start finds it without a record
        }
    }

    private static UploadRecord? Record(string folder)
    {
        try
        {
            var path = Path.Combine(folder, RecordFile);
            return File.Exists(path) ? JsonSerializer.Deserialize<UploadRecord>(File.ReadAllBytes(path), Json) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^[0-9a-f]{32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
