using CllClip.Engine;
using CllClip.Engine.Model;
using CllClip.Portal.Hosting;
using CllClip.Portal.Tests.Features.Models;
using Xunit;

namespace CllClip.Portal.Tests.Hosting;

public sealed class BaseModelsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PortalFolders _folders;

    public BaseModelsTests() => _folders = new PortalFolders(PreparedData.Root, Path.Combine(_folder.Path, "data"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_registered_folder_is_known_beside_the_embedded_model_and_after_a_restart()
    {
        var bases = new BaseModels(_folders);
        Assert.Equal(["emoji-base"], bases.Ids);
        Register(bases, "a-mine");
        Assert.Equal(["emoji-base", "a-mine"], bases.Ids);
        var again = new BaseModels(_folders);
        Assert.Equal(["emoji-base", "a-mine"], again.Ids);
        Assert.Null(again.Find("emoji-base")!.Registered);
        Assert.Null(again.Find("a-mine")!.Error);
        using var model = again.Load("a-mine", "cpu");
        Assert.Equal(again.Find("a-mine")!.Registered!.Revision, model.Hash);
        Assert.Equal([Path.Combine(_folders.DataRoot, "models", "a-mine.json")], Directory.GetFileSystemEntries(_folders.RegisteredModels));
        Assert.True(again.Remove("a-mine"));
        Assert.False(again.Remove("a-mine"));
        Assert.Equal(["emoji-base"], new BaseModels(_folders).Ids);
        Assert.True(Directory.Exists(model.Folder));
    }

    [Fact]
    public void An_id_that_is_in_use_is_refused()
    {
        var bases = new BaseModels(_folders);
        var mine = Register(bases, "mine");
        Assert.Contains("already", Assert.Throws<EngineException>(() => bases.Add("mine", mine)).Message, StringComparison.Ordinal);
        Assert.Contains("already", Assert.Throws<EngineException>(() => bases.Add("emoji-base", mine)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_vanished_or_changed_is_named_with_the_remedy_and_comes_back()
    {
        var bases = new BaseModels(_folders);
        var folder = Register(bases, "mine").Folder;
        Directory.Move(folder, folder + " moved");
        Says(bases, "mine", folder, "is gone", "Put it back", "register it again");
        Directory.Move(folder + " moved", folder);
        Assert.Null(bases.Find("mine")!.Error);

        var weights = Path.Combine(folder, "model.safetensors");
        File.Move(weights, weights + ".aside");
        Says(bases, "mine", weights, "is gone");
        File.Copy(weights + ".aside", weights);
        File.AppendAllText(weights, "x");
        Says(bases, "mine", folder, "no longer those", "register it again");
        File.Move(weights + ".aside", weights, true);
        bases.Load("mine", "cpu").Dispose();

        ModelFolder.ChangeWeights(folder); // seen only by who reads them
        Assert.Null(bases.Find("mine")!.Error);
        Assert.Contains(
            "no longer those",
            Assert.Throws<EngineException>(() => bases.Load("mine", "cpu")).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"folder\": 3}")]
    [InlineData("{\"name\": \"x\"}")]
    public void A_broken_file_is_a_model_that_failed_and_can_be_removed(string json)
    {
        Directory.CreateDirectory(_folders.RegisteredModels);
        File.WriteAllText(Path.Combine(_folders.RegisteredModels, "bad.json"), json);
        File.WriteAllText(Path.Combine(_folders.RegisteredModels, "No Id.json"), json);
        var bases = new BaseModels(_folders);
        Assert.Equal(["emoji-base", "bad"], bases.Ids);
        Says(bases, "bad", "models/bad.json", "register it again");
        Assert.True(bases.Remove("bad"));
        Assert.False(File.Exists(Path.Combine(_folders.RegisteredModels, "bad.json")));
    }

    [Theory]
    [InlineData("clip-vit-b32", true)]
    [InlineData("a", true)]
    [InlineData("a.b_c-1", true)]
    [InlineData("", false)]
    [InlineData("A", false)]
    [InlineData(".a", false)]
    [InlineData("a.", false)]
    [InlineData("../a", false)]
    [InlineData("a/b", false)]
    [InlineData("a\n", false)]
    [InlineData("猫", false)]
    public void An_id_can_be_the_name_of_a_file(string id, bool good)
    {
        Assert.Equal(good, BaseModels.IsId(id));
        Assert.True(BaseModels.IsId(new string('x', 64)));
        Assert.False(BaseModels.IsId(new string('x', 65)));
    }

    private RegisteredModel Register(BaseModels bases, string id)
    {
        using var model = ClipModel.Load(ModelFolder.Copy(_folder.Path, id));
        var registered = new RegisteredModel(
            "Mine",
            model.Folder,
            model.Hash,
            model.WeightFiles.ToDictionary(f => f.Name, f => f.Bytes),
            DateTime.UtcNow
        );
        bases.Add(id, registered);
        return registered;
    }

    private static void Says(BaseModels bases, string id, params string[] says)
    {
        var error = bases.Find(id)!.Error;
        Assert.All(says, s => Assert.Contains(s, error, StringComparison.Ordinal));
        Assert.Equal(error, Assert.Throws<EngineException>(() => bases.Load(id, "cpu")).Message);
    }
}
