using Xunit;

namespace CllClip.Portal.Tests.Architecture;

/// <summary>Names of files that the projects include by a pattern.</summary>
public sealed class FileNameTests
{
    /// <summary>
    /// MSBuild takes a tilde for a short name of Windows and looks it up relative to the folder of the process, which
    /// <c>dotnet test</c> changes in one thread while it evaluates projects in others: it ends, now and then, with "Could not find a part of the path".
    /// </summary>
    [Theory]
    [InlineData("Engine")]
    [InlineData("Portal")]
    [InlineData("Shared")]
    [InlineData("tests")]
    [InlineData("wwwroot")]
    [InlineData("models")]
    [InlineData("shipped")]
    [InlineData("published")]
    [InlineData("docs")]
    public void No_name_has_a_tilde(string folder) =>
        Assert.DoesNotContain(
            Names(new DirectoryInfo(Path.Combine(PreparedData.Root, folder))),
            n => n.Contains('~', StringComparison.Ordinal)
        );

    private static IEnumerable<string> Names(DirectoryInfo folder) =>
        folder
            .EnumerateDirectories()
            .Where(d => d.Name is not ("bin" or "obj" or "node_modules"))
            .SelectMany(Names)
            .Concat(folder.EnumerateFiles().Select(f => f.Name))
            .Append(folder.Name);
}
