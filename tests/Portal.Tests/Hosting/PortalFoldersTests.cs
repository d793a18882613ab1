using CllClip.Engine;
using CllClip.Portal.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Hosting;

public sealed class PortalFoldersTests
{
    private static readonly string Content = Path.Combine(Path.GetTempPath(), "content");

    [Fact]
    public void The_data_root_is_relative_to_the_content_root()
    {
        Assert.Equal(Path.Combine(Content, "data"), new PortalFolders(Content, "data").DataRoot);
        Assert.Equal(Path.GetTempPath().TrimEnd('/'), new PortalFolders(Content, Path.GetTempPath()).DataRoot);
    }

    [Theory]
    [InlineData(null, "elsewhere/portal.db")]
    [InlineData("", "elsewhere/portal.db")]
    [InlineData("Data Source=data/portal.db", "elsewhere/portal.db")]
    [InlineData("Data Source=other/runs.db", "other/runs.db")]
    public void The_database_lies_in_the_data_root_unless_told_otherwise(string? setting, string expected)
    {
        var folders = new PortalFolders(Content, "elsewhere", setting);
        Assert.Equal(Path.Combine(Content, expected.Replace('/', Path.DirectorySeparatorChar)), folders.Database);
        Assert.Contains(folders.Database, folders.ConnectionString, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_string_that_is_none_is_refused() =>
        Assert.Contains(
            "ConnectionStrings:Portal",
            Assert.Throws<EngineException>(() => new PortalFolders(Content, "data", "nonsense")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void The_content_root_of_a_build_is_the_repository() => Assert.Equal(PreparedData.Root, PortalFolders.FindContentRoot());

    [Fact]
    public void A_full_disk_is_explained() =>
        Assert.Contains(
            "No space",
            StartupError.Explain(new InvalidOperationException("outer", new IOException("No space left on device", 28))),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_defect_is_not_explained_away() => Assert.Null(StartupError.Explain(new InvalidOperationException("a defect")));
}
