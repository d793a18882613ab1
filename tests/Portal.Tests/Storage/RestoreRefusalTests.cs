using System.IO.Compression;
using CllClip.Engine;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage.Backups;
using CllClip.Portal.Tests.Jobs;
using Xunit;

namespace CllClip.Portal.Tests.Storage;

/// <summary>Which archives are not believed, and which folders are left alone.</summary>
public sealed class RestoreRefusalTests : BackupBench
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_archive_with_a_byte_changed_anywhere_is_refused_or_comes_back_right(int seed)
    {
        Fill();
        var manifest = Back();
        var whole = File.ReadAllBytes(Archive);
        var database = Dump(Bench.Folders.Database);
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
        Assert.False(Path.Exists(Path.Combine(Bench.Folder, "evil")));
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
        var before = Dump(Bench.Folders.Database);
        Assert.Contains("already", Assert.Throws<EngineException>(() => Restore(Bench.Folders)).Message, StringComparison.Ordinal);
        Assert.Equal(before, Dump(Bench.Folders.Database));

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
}
