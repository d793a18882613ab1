using CllClip.Portal.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Hosting;

public sealed class DataRootLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_data_root_is_held_once_and_free_again_afterwards()
    {
        using (var first = DataRootLock.Take(Folders("a")))
        {
            // a command, or a portal that is about to start
            var early = Assert.Throws<DataRootInUseException>(() => DataRootLock.Take(Folders("a")));
            Assert.Contains($"(process {Environment.ProcessId})", early.Message, StringComparison.Ordinal);
            first.Write("portal at somewhere");
            var error = Assert.Throws<DataRootInUseException>(() => DataRootLock.Take(Folders("a")));
            Assert.Contains("data root", error.Message, StringComparison.Ordinal);
            Assert.Contains("(portal at somewhere)", error.Message, StringComparison.Ordinal);
        }
        DataRootLock.Take(Folders("a")).Dispose();
    }

    [Fact]
    public void Two_data_roots_cannot_share_a_database_and_the_second_is_left_free()
    {
        var shared = Path.Combine(_folder.Path, "a", "portal.db");
        using (var first = DataRootLock.Take(Folders("a")))
        {
            first.Write("portal at somewhere");
            var error = Assert.Throws<DataRootInUseException>(() => DataRootLock.Take(Folders("b", shared)));
            Assert.Contains(shared, error.Message, StringComparison.Ordinal);
            Assert.Contains("(portal at somewhere)", error.Message, StringComparison.Ordinal);
            Assert.Contains("--ConnectionStrings:Portal=", error.Message, StringComparison.Ordinal);
            DataRootLock.Take(Folders("b")).Dispose();
        }
        DataRootLock.Take(Folders("b", shared)).Dispose();
    }

    [Fact]
    public void A_database_whose_folder_cannot_be_made_is_named()
    {
        var file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "in the way");
        var database = Path.Combine(file, "portal.db");
        var error = Assert.Throws<Engine.EngineException>(() => DataRootLock.Take(Folders("a", database)));
        Assert.Contains(database, error.Message, StringComparison.Ordinal);
    }

    private PortalFolders Folders(string root, string? database = null) =>
        new(_folder.Path, root, database is null ? null : $"Data Source={database}");
}
