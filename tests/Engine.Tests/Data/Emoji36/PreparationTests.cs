using CllClip.Engine.Data.Emoji36;
using Xunit;

namespace CllClip.Engine.Tests.Data.Emoji36;

public sealed class PreparationTests : IDisposable
{
    private readonly string scratch = Directory.CreateTempSubdirectory("emoji36-").FullName;

    private string Target => Path.Combine(scratch, "data", "emoji36");

    // Other test programs use the same prepared set, and a portal keeps what it counts of a data set beside it.
    private static IEnumerable<string> Prepared() =>
        Directory
            .EnumerateFiles(PreparedEmoji36.Folder)
            .Where(f =>
                !Path.GetFileName(f).StartsWith("statistics-", StringComparison.Ordinal) && !f.EndsWith(".tmp", StringComparison.Ordinal)
            );

    [Fact]
    public void One_thread_makes_the_same_bytes_as_many()
    {
        PreparedEmoji36.SkipWithoutPackages();
        var reports = new Collected();
        var report = Emoji36Preparation.Prepare(PreparedEmoji36.NodeModules, Target, reports, 1, CancellationToken.None);
        Assert.Equal(PreparedEmoji36.Report.Revision, report.Revision);
        foreach (var file in Prepared())
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(Target, Path.GetFileName(file))));
        }
        Assert.Equal(reports.All.Select(r => r.Fraction).Order(), reports.All.Select(r => r.Fraction));
        Assert.Equal(1, reports.All[^1].Fraction);
        Assert.True(reports.All.Count > 50);
        Assert.Equal(["emoji36"], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Target)!).Select(Path.GetFileName));
    }

    [Fact]
    public void A_whole_data_set_is_left_as_it_is()
    {
        var report = Emoji36Preparation.Prepare("nowhere", PreparedEmoji36.Folder, new Collected(), CancellationToken.None);
        Assert.Equal(0, report.Seconds);
        Assert.Equal(PreparedEmoji36.Dataset.Revision, report.Revision);
    }

    [Theory]
    [InlineData("@iconify-json/noto", "icons.json")]
    [InlineData("@iconify-json/openmoji", "chars.json")]
    [InlineData("cldr-annotations-full", "annotations/fi/annotations.json")]
    public void A_truncated_file_is_named_with_its_package_and_nothing_is_left(string package, string file)
    {
        var modules = CopyOfModules(package);
        var path = Path.Combine(modules, package, file);
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        AssertRefused(modules, package, file);
    }

    [Theory]
    [InlineData("cldr-annotations-derived-full", "annotationsDerived/qu/annotations.json")]
    [InlineData("@iconify-json/twemoji", "icons.json")]
    [InlineData("@lobehub/fluent-emoji-3d", "assets")]
    [InlineData("@lobehub/fluent-emoji-3d", "package.json")]
    public void A_missing_file_is_named_with_its_package_and_nothing_is_left(string package, string file)
    {
        var modules = CopyOfModules(package);
        var path = Path.Combine(modules, package, file);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }
        AssertRefused(modules, package, file);
    }

    [Fact]
    public void Another_version_of_a_package_is_refused()
    {
        var modules = CopyOfModules("@iconify-json/twemoji");
        File.WriteAllText(Path.Combine(modules, "@iconify-json/twemoji/package.json"), """{"version":"9.9.9"}""");
        AssertRefused(modules, "@iconify-json/twemoji", "9.9.9");
    }

    [Fact]
    public void A_missing_drawing_is_reported_as_a_difference_from_the_manifest()
    {
        var modules = CopyOfModules("@lobehub/fluent-emoji-3d");
        File.Delete(Path.Combine(modules, "@lobehub/fluent-emoji-3d/assets/1f93f.webp"));
        AssertRefused(modules, "1f93f", "diving mask");
    }

    [Fact]
    public void A_target_that_cannot_be_written_is_said_before_the_work()
    {
        var file = Path.Combine(scratch, "file");
        File.WriteAllText(file, "");
        var target = Path.Combine(file, "emoji36");
        var error = Assert.Throws<EngineException>(() =>
            Emoji36Preparation.Prepare("nowhere", target, new Collected(), CancellationToken.None)
        );
        Assert.Contains(target, error.Message, StringComparison.Ordinal);
        Assert.Contains("writable", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_preparation_leaves_nothing()
    {
        PreparedEmoji36.SkipWithoutPackages();
        using var stop = new CancellationTokenSource();
        var progress = new Collected(p =>
        {
            if (p.Fraction > 0.1)
            {
                stop.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Emoji36Preparation.Prepare(PreparedEmoji36.NodeModules, Target, progress, stop.Token)
        );
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Target)!));
    }

    [Theory]
    [InlineData("emoji36.json")]
    [InlineData("index.bin")]
    [InlineData("pictures.bin")]
    [InlineData("texts.bin")]
    [InlineData("SHA256SUMS")]
    public void A_cut_or_changed_file_is_noticed_on_opening(string file)
    {
        foreach (var source in Prepared())
        {
            Directory.CreateDirectory(Target);
            File.Copy(source, Path.Combine(Target, Path.GetFileName(source)));
        }
        Emoji36Dataset.Open(Target);
        var path = Path.Combine(Target, file);
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        AssertDamaged();
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        AssertDamaged();
        File.Delete(path);
        AssertDamaged();
    }

    [Fact]
    public void A_folder_that_another_process_finished_first_stays_and_a_damaged_one_is_replaced()
    {
        void Commit(string content)
        {
            using var folder = new PreparationFolder(Target);
            folder.Write("file", [(byte)content[0]]);
            folder.Commit(other => File.ReadAllText(Path.Combine(other, "file")) != "x");
        }
        string Found() => File.ReadAllText(Path.Combine(Target, "file"));
        Commit("x");
        Assert.Equal("x", Found());
        Commit("a");
        Assert.Equal("a", Found());
        Commit("b");
        Assert.Equal("a", Found());
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public void Of_many_that_finish_at_once_one_wins_and_nothing_else_is_left()
    {
        Parallel.For(
            0,
            16,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            i =>
            {
                using var folder = new PreparationFolder(Target);
                folder.Write("a", [(byte)i]);
                folder.Write("b", [(byte)i]);
                folder.Commit(_ => true);
            }
        );
        Assert.Equal(File.ReadAllBytes(Path.Combine(Target, "a")), File.ReadAllBytes(Path.Combine(Target, "b")));
        Assert.Single(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Target)!));
    }

    [Fact]
    public void What_a_killed_preparation_left_is_cleared_away()
    {
        var old = Directory.CreateDirectory(Target + ".preparing-0123").FullName;
        File.WriteAllText(Path.Combine(old, "pictures.bin"), "half");
        Directory.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));
        using var folder = new PreparationFolder(Target);
        Assert.False(Directory.Exists(old));
    }

    [Fact]
    public void A_drawing_of_which_nothing_can_be_seen_or_that_is_broken_counts_as_missing()
    {
        var empty = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0"/></svg>"""u8.ToArray();
        Assert.Throws<EngineException>(() => Emoji36Renderer.Render(empty, svg: true));
        Assert.Throws<EngineException>(() => Emoji36Renderer.Render("<svg <<"u8.ToArray(), svg: true));
        Assert.Throws<EngineException>(() => Emoji36Renderer.Render([1, 2, 3], svg: false));
    }

    [Fact]
    public void Many_drawings_that_cannot_be_rendered_are_a_broken_package_and_no_data_set()
    {
        var modules = CopyOfModules("@lobehub/fluent-emoji-3d");
        foreach (var file in Directory.EnumerateFiles(modules, "*.webp", SearchOption.AllDirectories).Take(300))
        {
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..40]);
        }
        AssertRefused(modules, "drawings cannot be rendered", "Fluent");
    }

    [Fact]
    public void Pixels_at_hand_after_a_preparation_are_those_rendered_anew()
    {
        PreparedEmoji36.SkipWithoutPackages();
        var fresh = Emoji36Preparation.PrepareAndOpen(PreparedEmoji36.NodeModules, Target, new Collected(), CancellationToken.None);
        var opened = PreparedEmoji36.Dataset;
        Assert.Equal(opened.Revision, fresh.Revision);
        Assert.Equal(opened.ImageCount, fresh.ImageCount);
        Parallel.For(0, fresh.ImageCount, image => Assert.Equal(opened.ReadImage(image).Pixels, fresh.ReadImage(image).Pixels));
    }

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    private void AssertDamaged()
    {
        var error = Assert.Throws<EngineException>(() => Emoji36Dataset.Open(Target));
        Assert.Contains(Target, error.Message, StringComparison.Ordinal);
        Assert.Contains("prepare", error.Message, StringComparison.Ordinal);
    }

    private void AssertRefused(string modules, params string[] named)
    {
        var error = Assert.Throws<EngineException>(() =>
            Emoji36Preparation.Prepare(modules, Target, new Collected(), CancellationToken.None)
        );
        Assert.All(named.Append("npm ci"), part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Target)!));
    }

    // Links to all packages but one, which is copied to be broken (of CLDR's only what is read).
    private string CopyOfModules(string package)
    {
        PreparedEmoji36.SkipWithoutPackages();
        var modules = Path.Combine(scratch, "node_modules");
        foreach (var source in Emoji36Source.Artists.Concat(Emoji36Source.Texts).Select(s => s.Package))
        {
            var (from, to) = (Path.Combine(PreparedEmoji36.NodeModules, source), Path.Combine(modules, source));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            if (source != package)
            {
                Directory.CreateSymbolicLink(to, from);
                continue;
            }
            foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
        return modules;
    }

    private sealed class Collected(Action<PreparationProgress>? also = null) : IProgress<PreparationProgress>
    {
        public List<PreparationProgress> All { get; } = [];

        public void Report(PreparationProgress value)
        {
            All.Add(value);
            also?.Invoke(value);
        }
    }
}
