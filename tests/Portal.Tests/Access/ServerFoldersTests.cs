using CllClip.Engine;
using CllClip.Portal.Access;
using CllClip.Portal.Tests.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Access;

/// <summary>Which folders of the server are open, with real folders and links.</summary>
public sealed class ServerFoldersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Open => Folder("sets");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_the_setting_all_are_open_to_this_machine_and_none_to_others()
    {
        var guarded = false;
        var folders = new ServerFolders([""], () => guarded);
        Assert.Null(folders.Open);
        Assert.Null(folders.Refusal("/etc"));
        guarded = true;
        Assert.Empty(folders.Open!);
        Assert.Contains("CllClip:Access:ServerFolders", folders.Refusal(Open), StringComparison.Ordinal);
        Assert.Null(ServerFolders.All.Refusal("/etc"));
    }

    [Theory]
    [InlineData("sets")]
    [InlineData("sets/")]
    [InlineData("sets/coco")]
    [InlineData("sets/coco/captions.jsonl")]
    [InlineData("sets/not there/at all")]
    [InlineData("sets/coco/../flickr")]
    [InlineData("secret/../sets/coco")]
    [InlineData("sets/.../coco")]
    public void What_lies_below_is_open(string path)
    {
        Folder("sets/coco");
        Assert.Null(Named().Refusal($"{_folder.Path}/{path}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("sets-of-others")]
    [InlineData("Sets")]
    [InlineData("sets/..")]
    [InlineData("sets/../secret")]
    [InlineData("sets/coco/../../secret/key.txt")]
    [InlineData("not there")]
    public void What_lies_elsewhere_is_closed_whether_it_is_there_or_not(string path)
    {
        Folder("secret");
        Folder("sets-of-others");
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath($"{_folder.Path}/{path}"));
        Assert.Equal(
            $"{full} lies in no folder that is open to you. Open are: {Open} (setting CllClip:Access:ServerFolders).",
            Named().Refusal($"{_folder.Path}/{path}")
        );
    }

    [Theory]
    [InlineData("sets/out", "secret")] // a folder
    [InlineData("sets/out", "secret/key.txt")] // a file
    [InlineData("sets/out", "../secret")] // as `ln -s ../secret` writes it
    [InlineData("sets/out", "..")]
    [InlineData("sets/out", "hop")] // a link to a link
    public void Links_that_lead_out_are_closed(string link, string target)
    {
        var secret = Folder("secret");
        File.WriteAllText(Path.Combine(secret, "key.txt"), "key");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "hop"), secret);
        Folder("sets");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, link), target.StartsWith('.') ? target : Path.Combine(_folder.Path, target));
        var folders = Named();
        foreach (var path in new[] { link, $"{link}/more", $"{link}/a/b" })
        {
            Assert.Contains(
                "leads by a link out of the folders",
                folders.Refusal(Path.Combine(_folder.Path, path)),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void Links_that_stay_inside_and_an_open_folder_that_is_a_link_itself_are_open()
    {
        var disk = Folder("disk/sets");
        Folder("disk/sets/coco");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "sets"), disk);
        Directory.CreateSymbolicLink(Path.Combine(disk, "mscoco"), "coco");
        var folders = new ServerFolders([Path.Combine(_folder.Path, "sets")], () => true);
        Assert.Null(folders.Refusal(Path.Combine(_folder.Path, "sets", "coco")));
        Assert.Null(folders.Refusal(Path.Combine(_folder.Path, "sets", "mscoco")));
        Assert.Null(folders.Refusal(Path.Combine(disk, "coco"))); // the same by its real name
        Assert.NotNull(folders.Refusal(Path.Combine(_folder.Path, "disk")));
    }

    [Fact]
    public void Links_in_a_circle_are_closed()
    {
        Folder("sets");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "sets", "a"), "b");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "sets", "b"), "a");
        Assert.NotNull(Named().Refusal(Path.Combine(_folder.Path, "sets", "a", "coco")));
    }

    [Fact]
    public void The_root_of_the_server_opens_everything()
    {
        var folders = new ServerFolders([Path.GetPathRoot(_folder.Path)!], () => true);
        Assert.Null(folders.Refusal(_folder.Path));
    }

    [Theory]
    [InlineData("sets")]
    [InlineData("./sets")]
    [InlineData("~/sets")]
    public void A_name_that_is_no_whole_path_is_refused(string named) =>
        Assert.Contains(
            named,
            Assert.Throws<EngineException>(() => new ServerFolders([named], () => true)).Message,
            StringComparison.Ordinal
        );

    private ServerFolders Named() => new([Open], () => true);

    private string Folder(string name) => Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
}
