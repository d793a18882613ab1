using CllClip.Portal.Tests.Features.Import;
using CllClip.Portal.Tests.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Commands;

/// <summary><c>import scores</c> and <c>export mlflow</c> as processes of their own.</summary>
public sealed class ScoreCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Scores_go_in_and_out_again_as_files_of_mlflow()
    {
        var root = Path.Combine(_folder.Path, "data");
        var file = Write("scores.csv", ImportBench.Csv("en", "de"));
        string[] said = ["import", "scores", file, "--method", "er", "--teir", "--source", "Another laboratory"];
        using var check = PortalProcess.Command(root, [.. said, "--check"]);
        Assert.True(await check.EndAsync() == 0, check.Errors);
        Assert.Contains("2 stages, 18 scores could be imported", check.Output, StringComparison.Ordinal);
        using var import = PortalProcess.Command(root, said);
        Assert.True(await import.EndAsync() == 0, import.Errors);
        Assert.Contains("imported from Another laboratory", import.Output, StringComparison.Ordinal);
        var id = import.Output.Split(' ', ',')[1];

        var target = Path.Combine(_folder.Path, "mlflow");
        using var export = PortalProcess.Command(root, "export", "mlflow", id, "--out", target);
        Assert.True(await export.EndAsync() == 0, export.Errors);
        var metric = Assert.Single(
            Directory.GetFiles(target, "de", SearchOption.AllDirectories),
            p => p.Contains("t2i.R1/", StringComparison.Ordinal)
        );
        Assert.EndsWith(" 44 2\n", await File.ReadAllTextAsync(metric, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var checkpoint = PortalProcess.Command(root, "export", "checkpoint", id, "--out", Path.Combine(_folder.Path, "weights"));
        Assert.Equal(1, await checkpoint.EndAsync());
        Assert.Contains("its scores alone were imported", checkpoint.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_file_is_refused_line_by_line()
    {
        var root = Path.Combine(_folder.Path, "data");
        var file = Write("scores.csv", ImportBench.Csv("en", "de").Replace("1,en,t2i,5,", "1,xx,t2i,3,", StringComparison.Ordinal));
        using var import = PortalProcess.Command(root, "import", "scores", file, "--method", "er", "--source", "x");
        Assert.Equal(1, await import.EndAsync());
        Assert.Contains("line 3: K is 3.", import.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", import.Errors, StringComparison.Ordinal);

        using var missing = PortalProcess.Command(root, "import", "scores", file + "x", "--method", "er", "--source", "x");
        Assert.Equal(1, await missing.EndAsync());
        using var wrong = PortalProcess.Command(root, "import", "scores", "--colour", "red");
        Assert.Equal(2, await wrong.EndAsync());
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, text);
        return path;
    }
}
