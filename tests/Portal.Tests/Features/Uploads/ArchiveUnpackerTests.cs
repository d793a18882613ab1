using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CllClip.Portal.Features.Uploads.Archives;
using CllClip.Portal.Tests.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Features.Uploads;

/// <summary>Archives are unpacked, or refused with the entry's name and nothing left behind.</summary>
public sealed class ArchiveUnpackerTests : IDisposable
{
    private const int Link = 0xA1FF;
    private const int Device = 0x21B6;
    private static readonly ArchiveLimits Limits = new(100, 200 << 20);
    private readonly TemporaryFolder _folder = new();

    private string Target => Path.Combine(_folder.Path, "here", "files");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("tgz")]
    public void What_was_packed_comes_out_and_what_macOS_adds_does_not(string kind)
    {
        var from = Directory.CreateDirectory(Path.Combine(_folder.Path, "from")).FullName;
        var random = RandomNumberGenerator.GetBytes(300_000);
        Write(from, "a/ü 漢.bin", random);
        Write(from, "b.txt", "text"u8.ToArray());
        Write(from, "__MACOSX/._b.txt", [1]);
        Write(from, "a/.DS_Store", [1]);
        var tar = Archives.Tar(from);
        var progress = new List<double>();
        var (files, bytes) = ArchiveUnpacker.Unpack(
            Put(
                kind switch
                {
                    "zip" => Archives.Zip(from),
                    "tar" => tar,
                    _ => Archives.Gzip(tar),
                }
            ),
            Target,
            Limits,
            new Told(progress.Add)
        );
        Assert.Equal((2, 300_004), (files, bytes));
        Assert.Equal(random, System.IO.File.ReadAllBytes(Path.Combine(Target, "a", "ü 漢.bin")));
        Assert.Equal(["a", "b.txt"], Directory.EnumerateFileSystemEntries(Target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(1, progress[^1], 1);
        Assert.Equal(progress.Order(), progress);
    }

    [Fact]
    public void A_block_of_content_or_of_attributes_is_not_taken_for_a_header_that_announces_gigabytes()
    {
        var block = new byte[512];
        Array.Fill(block, (byte)0x80, 124, 12); // a size beyond all bounds
        block[156] = (byte)'x';
        var attributes = new Dictionary<string, string> { ["comment"] = new string('7', 494) }; // 512 with its length and its name
        var tar = Archives.Tar(w =>
        {
            File(w, "a.bin", block);
            File(w, ".DS_Store", [.. new byte[4096], .. block]); // passed over
            w.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "b.bin", attributes) { DataStream = new MemoryStream(block) });
            File(w, "c.bin", [.. block, .. block]);
        });
        foreach (var archive in new[] { tar, Archives.Gzip(tar) })
        {
            var (files, bytes) = ArchiveUnpacker.Unpack(Put(archive), Target, Limits);
            Assert.Equal((3, 4 * 512), (files, bytes));
            Directory.Delete(Target, recursive: true);
        }
    }

    [Theory]
    [InlineData("../evil.txt", "leads out")]
    [InlineData("a/../../evil.txt", "leads out")]
    [InlineData("/etc/evil.txt", "absolute")]
    [InlineData("C:/evil.txt", "absolute")]
    [InlineData("..\\evil.txt", "backslash")]
    [InlineData("a\u0001b.txt", "control characters")]
    public void A_path_that_does_not_stay_in_the_folder_is_refused(string name, string why)
    {
        foreach (var archive in new[] { Archives.Zip(("good.txt", "x"), (name, "evil")), Archives.Tar(w => File(w, name, "evil")) })
        {
            var message = Refused(archive);
            Assert.Contains(why, message, StringComparison.Ordinal);
            Assert.Contains(name.Replace('\u0001', '�'), message, StringComparison.Ordinal);
        }
        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "evil*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Links_and_devices_are_refused()
    {
        Assert.Contains(
            "“l” is refused: it is a link",
            Refused(Archives.Zip([("l", "/etc/passwd"u8.ToArray(), Link)])),
            StringComparison.Ordinal
        );
        Assert.Contains("a device", Refused(Archives.Zip([("d", [], Device)])), StringComparison.Ordinal);
        foreach (var type in new[] { TarEntryType.SymbolicLink, TarEntryType.HardLink })
        {
            var tar = Archives.Tar(w => w.WriteEntry(new PaxTarEntry(type, "l") { LinkName = "/etc/passwd" }));
            Assert.Contains("“l” is refused: it is a link", Refused(tar), StringComparison.Ordinal);
        }
        Assert.Contains(
            "a device",
            Refused(Archives.Tar(w => w.WriteEntry(new PaxTarEntry(TarEntryType.CharacterDevice, "d")))),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "a device",
            Refused(Archives.Tar(w => w.WriteEntry(new PaxTarEntry(TarEntryType.Fifo, "d")))),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Bombs_are_refused_by_what_comes_out_of_them()
    {
        var zeros = new byte[100 << 20];
        Assert.Contains("times its own size", Refused(Archives.Zip([("z", zeros, 0)])), StringComparison.Ordinal);
        Assert.Contains(
            "times its own size",
            Refused(Archives.Gzip(Archives.Tar(w => File(w, "z", zeros)), CompressionLevel.SmallestSize)),
            StringComparison.Ordinal
        );
        var random = RandomNumberGenerator.GetBytes(1 << 20);
        var small = new ArchiveLimits(100, 600_000);
        Assert.Contains("600 kB unpacked", Refused(Archives.Zip([("r", random, 0)]), small), StringComparison.Ordinal);
        Assert.Contains("600 kB unpacked", Refused(Archives.Tar(w => File(w, "r", random)), small), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_entries_too_long_names_and_a_name_twice_are_refused()
    {
        var many = Enumerable.Range(0, 101).Select(i => ($"{i}", Array.Empty<byte>(), 0)).ToList();
        Assert.Contains("more than 100 files", Refused(Archives.Zip(many)), StringComparison.Ordinal);
        Assert.Contains(
            "more than 100 files",
            Refused(Archives.Tar(w => many.ForEach(m => w.WriteEntry(new PaxTarEntry(TarEntryType.Directory, m.Item1))))),
            StringComparison.Ordinal
        );
        Assert.Contains("too long", Refused(Archives.Zip((new string('x', 256), ""))), StringComparison.Ordinal);
        Assert.Contains("too long", Refused(Archives.Zip((string.Join('/', Enumerable.Repeat("d", 65)), ""))), StringComparison.Ordinal);
        Assert.Contains("another of that name", Refused(Archives.Zip(("a", "1"), ("./a", "2"))), StringComparison.Ordinal);
        Assert.Contains("“a/b” is refused", Refused(Archives.Zip(("a", "1"), ("a/b", "2"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("tgz")]
    public void One_that_is_cut_off_is_refused_wherever_it_is_cut(string kind)
    {
        var tar = Archives.Tar(w =>
        {
            File(w, "a", RandomNumberGenerator.GetBytes(5_000));
            File(w, "b", RandomNumberGenerator.GetBytes(5_000));
        });
        var whole = kind switch
        {
            "zip" => Archives.Zip([("a", RandomNumberGenerator.GetBytes(5_000), 0), ("b", RandomNumberGenerator.GetBytes(5_000), 0)]),
            "tar" => tar,
            _ => Archives.Gzip(tar),
        };
        var entry = tar.Length - 1024 - 5_120 - 512 - 1024; // where the second entry of the tar begins, its extended header before it
        foreach (var length in new[] { 700, 3_000, entry, 7_000, whole.Length - 1_100 }.Where(l => l > 0 && l < whole.Length))
        {
            Assert.Contains("damaged or cut off", Refused(whole[..length]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_no_archive_or_empty_is_refused()
    {
        Assert.Contains("no archive", Refused(Encoding.UTF8.GetBytes(new string('x', 2_000))), StringComparison.Ordinal);
        Assert.Contains("no archive", Refused([]), StringComparison.Ordinal);
        Assert.Contains("empty", Refused(Archives.Zip(Array.Empty<(string, byte[], int)>())), StringComparison.Ordinal);
        Assert.Contains("damaged", Refused(Archives.Gzip("no tar at all"u8.ToArray())), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_disk_has_no_room_for_is_told_from_what_is_wrong()
    {
        var sparse = Path.Combine(_folder.Path, "sparse.tar");
        using (var file = System.IO.File.Create(sparse))
        {
            file.Write(Archives.Tar(w => File(w, "a", "x")));
            file.SetLength(new DriveInfo(_folder.Path).AvailableFreeSpace + (1L << 40)); // takes no room itself
        }
        var error = Assert.Throws<ArchiveException>(() => ArchiveUnpacker.Unpack(sparse, Target, new ArchiveLimits(100, long.MaxValue)));
        Assert.True(error.NoRoom, error.Message);
        Assert.Contains("Free some space, then try again", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Target));
    }

    [Fact]
    public void It_stops_when_it_is_told_to_and_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        var archive = Put(Archives.Zip(Enumerable.Range(0, 50).Select(i => ($"{i}", new byte[1000], 0))));
        Assert.Throws<OperationCanceledException>(() =>
            ArchiveUnpacker.Unpack(archive, Target, Limits, new Told(_ => stop.Cancel()), stop.Token)
        );
        Assert.False(Directory.Exists(Target));
    }

    private string Refused(byte[] archive, ArchiveLimits? limits = null)
    {
        var error = Assert.Throws<ArchiveException>(() => ArchiveUnpacker.Unpack(Put(archive), Target, limits ?? Limits));
        Assert.False(Directory.Exists(Target), "nothing is left");
        return error.Message;
    }

    private string Put(byte[] archive)
    {
        var path = Path.Combine(_folder.Path, "archive");
        System.IO.File.WriteAllBytes(path, archive);
        return path;
    }

    private static void File(TarWriter writer, string name, string content) => File(writer, name, Encoding.UTF8.GetBytes(content));

    private static void File(TarWriter writer, string name, byte[] content) =>
        writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });

    private static void Write(string folder, string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, content);
    }

    private sealed class Told(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }
}
