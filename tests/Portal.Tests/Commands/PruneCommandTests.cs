using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Hosting;
using CllClip.Portal.Tests.Jobs;
using Xunit;

namespace CllClip.Portal.Tests.Commands;

/// <summary><c>prune</c> as a process of its own.</summary>
public sealed class PruneCommandTests
{
    [Fact]
    public async Task It_says_what_would_go_then_removes_it_and_refuses_while_the_data_root_is_held()
    {
        using var bench = Bench.Ready();
        var root = bench.Folders.DataRoot;
        var copies = Enumerable.Range(1, 4).Select(i => Path.Combine(root, $"portal.db.before-2020010{i}000000_M")).ToList();
        for (var i = 0; i < copies.Count; i++)
        {
            File.WriteAllText(copies[i], "copy");
            File.SetLastWriteTimeUtc(copies[i], new DateTime(2020, 1, 1 + i, 0, 0, 0, DateTimeKind.Utc));
        }
        using (Portal.Hosting.DataRootLock.Take(bench.Folders))
        {
            using var refused = PortalProcess.Command(root, "prune");
            Assert.Equal(1, await refused.EndAsync());
            Assert.Contains("Another process works on the data root", refused.Errors, StringComparison.Ordinal);
        }
        using var dry = PortalProcess.Command(root, "prune", "--dry-run");
        Assert.True(await dry.EndAsync() == 0, dry.Errors);
        Assert.Contains("1 things would go", dry.Output, StringComparison.Ordinal);
        Assert.Contains("one of the newest copies", dry.Output, StringComparison.Ordinal);
        Assert.All(copies, c => Assert.True(File.Exists(c)));
        using var prune = PortalProcess.Command(root, "prune");
        Assert.True(await prune.EndAsync() == 0, prune.Errors);
        Assert.Equal([false, true, true, true], copies.Select(File.Exists));
        using var wrong = PortalProcess.Command(root, "prune", "everything");
        Assert.Equal(2, await wrong.EndAsync());
    }
}
