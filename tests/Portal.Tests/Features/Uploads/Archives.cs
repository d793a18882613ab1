using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace CllClip.Portal.Tests.Features.Uploads;

/// <summary>Makes archives, honest ones and others.</summary>
internal static class Archives
{
    /// <summary>A folder as a zip, in a folder of that name unless it is null.</summary>
    public static byte[] Zip(string folder, string? top = null) =>
        Zip(
            Directory
                .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(f => (Name(folder, f, top), File.ReadAllBytes(f), 0))
        );

    /// <summary>A zip of entries; the last value is the upper half of the attributes, a Unix mode.</summary>
    public static byte[] Zip(IEnumerable<(string Name, byte[] Content, int Mode)> entries)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content, mode) in entries)
            {
                var entry = zip.CreateEntry(name);
                entry.ExternalAttributes = mode << 16;
                using var stream = entry.Open();
                stream.Write(content);
            }
        }
        return memory.ToArray();
    }

    public static byte[] Zip(params (string Name, string Content)[] entries) =>
        Zip(entries.Select(e => (e.Name, Encoding.UTF8.GetBytes(e.Content), 0)));

    /// <summary>A folder as a tar.</summary>
    public static byte[] Tar(string folder, string? top = null) =>
        Tar(w =>
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                w.WriteEntry(file, Name(folder, file, top));
            }
        });

    public static byte[] Tar(Action<TarWriter> write)
    {
        using var memory = new MemoryStream();
        using (var writer = new TarWriter(memory, TarEntryFormat.Pax, leaveOpen: true))
        {
            write(writer);
        }
        return memory.ToArray();
    }

    public static byte[] Gzip(byte[] bytes, CompressionLevel level = CompressionLevel.Fastest)
    {
        using var memory = new MemoryStream();
        using (var packed = new GZipStream(memory, level, leaveOpen: true))
        {
            packed.Write(bytes);
        }
        return memory.ToArray();
    }

    private static string Name(string folder, string file, string? top)
    {
        var path = Path.GetRelativePath(folder, file).Replace('\\', '/');
        return top is null ? path : $"{top}/{path}";
    }
}
