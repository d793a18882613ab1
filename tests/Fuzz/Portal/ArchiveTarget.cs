using System.Formats.Tar;
using System.IO.Compression;
using CllClip.Portal.Features.Uploads.Archives;

namespace CllClip.Fuzz.Portal;

/// <summary>Uploaded archives: zip, tar, and tar in gzip changed before or after it is packed. Nothing may come to lie beside the folder that is unpacked to.</summary>
internal sealed class ArchiveTarget : IFuzzTarget
{
    private const string PackedTar = "tar.gz#tar";
    private const string Beside = "beside.txt";
    private static readonly DateTimeOffset _time = new(2026, 1, 2, 3, 4, 6, TimeSpan.Zero);
    private static readonly ArchiveLimits _limits = new(100, 4 << 20);
    private readonly FuzzFolder _folder = new();

    public ArchiveTarget()
    {
        _folder.Write(Beside, "as it was"u8.ToArray());
        var tar = Tar(TarEntryFormat.Pax);
        Samples =
        [
            new("zip", Zip()),
            new("tar", tar),
            new("tar", Tar(TarEntryFormat.Gnu)),
            new("tar", Tar(TarEntryFormat.Ustar)),
            new("tar", Tar(TarEntryFormat.V7)),
            new("tar.gz", Gzip(tar)),
            new(PackedTar, tar),
            new(PackedTar, Tar(TarEntryFormat.Gnu)),
        ];
    }

    /// <inheritdoc/>
    public string Name => "archives";

    /// <inheritdoc/>
    public IReadOnlyList<FuzzInput> Samples { get; }

    /// <inheritdoc/>
    public long MostAllocated => 64 << 20;

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } =
    [
        "../../x",
        "/etc/x",
        "C:\\x",
        "..\\x",
        "ustar\0" + "00",
        "ustar  \0",
        "PK\u0001\u0002",
        "PK\u0005\u0006",
        "PK\u0006\u0006",
        "17777777777",
        "20 size=99999999999\n",
        "30 mtime=99999999999999999999\n",
        "20 path=../../a.txt\n",
        "\0\0\0\0\0\0\0\0",
        "GNU.sparse.major=1\n",
        "77777777777\0",
    ];

    /// <inheritdoc/>
    public byte[] Repair(string kind, byte[] bytes) => kind is "tar" or PackedTar ? Checksums.Tar(bytes) : bytes;

    /// <inheritdoc/>
    public string? Read(FuzzInput input)
    {
        var archive = _folder.Write("upload.bin", input.Kind == PackedTar ? Gzip(input.Bytes) : input.Bytes);
        var target = _folder.At("unpacked");
        var refusal = FuzzFolder.Refusal(() => ArchiveUnpacker.Unpack(archive, target, _limits), null);
        if (refusal is null)
        {
            var bytes = Directory.EnumerateFiles(target, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
            Directory.Delete(target, recursive: true);
            if (bytes > _limits.MaxBytes)
            {
                throw new FuzzFault($"{bytes} bytes were unpacked");
            }
        }
        var names = Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        if (!names.SequenceEqual([Beside, "upload.bin"]) || File.ReadAllText(_folder.At(Beside)) != "as it was")
        {
            throw new FuzzFault($"something is left or changed beside the folder: {string.Join(", ", names)}");
        }
        return refusal;
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private static byte[] Zip()
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (
                var (name, level) in new[]
                {
                    ("a/", CompressionLevel.NoCompression),
                    ("a/b.txt", CompressionLevel.Optimal),
                    ("a/ü.csv", CompressionLevel.NoCompression),
                    ("c.txt", CompressionLevel.Optimal),
                }
            )
            {
                var entry = zip.CreateEntry(name, level);
                entry.LastWriteTime = _time;
                if (name.EndsWith('/'))
                {
                    continue;
                }
                using var stream = entry.Open();
                stream.Write(new byte[300]);
            }
        }
        return memory.ToArray();
    }

    /// <summary>A tar of two files; the number of the process, which .NET writes into the names of attributes, is taken out.</summary>
    private static byte[] Tar(TarEntryFormat format)
    {
        var tar = Written(format);
        for (var at = 0; at + 512 <= tar.Length; at += 512)
        {
            if (tar.AsSpan(at).StartsWith("./PaxHeaders."u8))
            {
                tar.AsSpan(at, 100).Clear();
                "./PaxHeaders.1/x"u8.CopyTo(tar.AsSpan(at));
            }
        }
        return Checksums.Tar(tar);
    }

    private static byte[] Written(TarEntryFormat format)
    {
        using var memory = new MemoryStream();
        using (var writer = new TarWriter(memory, format, leaveOpen: true))
        {
            foreach (
                var (type, name) in new[]
                {
                    (TarEntryType.Directory, "a"),
                    (TarEntryType.RegularFile, "a/b.txt"),
                    (TarEntryType.RegularFile, "a/" + new string('n', 90)),
                    (TarEntryType.SymbolicLink, "a/link"),
                }
            )
            {
                var last = type == TarEntryType.SymbolicLink;
                if (last && format != TarEntryFormat.Ustar)
                {
                    continue; // refused: in one sample only
                }
                var kind = type == TarEntryType.RegularFile && format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : type;
                TarEntry entry = format switch
                {
                    TarEntryFormat.Gnu => new GnuTarEntry(kind, name) { AccessTime = _time, ChangeTime = _time },
                    TarEntryFormat.Ustar => new UstarTarEntry(kind, name),
                    TarEntryFormat.V7 => new V7TarEntry(kind, name),
                    _ => new PaxTarEntry(kind, name, new Dictionary<string, string> { ["comment"] = "x", ["mtime"] = "1767323046.5" }),
                };
                entry.ModificationTime = _time;
                if (last)
                {
                    entry.LinkName = "../beside.txt";
                }
                else if (type != TarEntryType.Directory)
                {
                    entry.DataStream = new MemoryStream(new byte[700]);
                }
                writer.WriteEntry(entry);
            }
        }
        return memory.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }
}
