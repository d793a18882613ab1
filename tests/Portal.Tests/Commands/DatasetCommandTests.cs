using System.Text.Json;
using CllClip.Engine.Tests.Data.Corpora;
using CllClip.Portal.Tests.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Commands;

/// <summary><c>import dataset</c> as a process of its own, and a run on what it took in.</summary>
public sealed class DatasetCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_data_set_is_checked_taken_in_and_learned_from()
    {
        FinishedRun.Require();
        var (data, root) = (Path.Combine(_folder.Path, "corpus"), _folder.PreparedDataRoot());
        SmallCorpora.Coco(data);
        using var check = PortalProcess.Command(root, "import", "dataset", data, "--check");
        Assert.True(await check.EndAsync() == 0, check.Errors);
        Assert.Contains("0 errors, 0 warnings.", check.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(root, "datasets", "coco")), "--check stores nothing");

        using var import = PortalProcess.Command(root, "import", "dataset", data);
        Assert.True(await import.EndAsync() == 0, import.Errors + import.Output);
        Assert.Contains(
            "Data set coco, MSCOCO36: 23 images, 3 languages, 72 training and 36 test captions.",
            import.Output,
            StringComparison.Ordinal
        );

        using var trained = Run(root, "coco");
        Assert.True(await trained.EndAsync(300) == 0, trained.Errors);
        using var json = JsonDocument.Parse(trained.Output);
        Assert.Equal("coco", json.RootElement.GetProperty("run").GetProperty("dataset").GetString());
        Assert.Equal(36, json.RootElement.GetProperty("scores").GetArrayLength());
    }

    [Theory]
    [InlineData("flickr30k", null)]
    [InlineData("jsonl", null)]
    [InlineData("csv", null)]
    [InlineData("cc3m", "xm3600")]
    public async Task Each_layout_is_learned_from_and_tested(string layout, string? tests)
    {
        FinishedRun.Require();
        var root = _folder.PreparedDataRoot();
        foreach (var kind in new[] { layout, tests }.OfType<string>())
        {
            var data = Path.Combine(_folder.Path, kind);
            SmallCorpora.Write(kind, data);
            using var import = PortalProcess.Command(root, "import", "dataset", data, "--id", kind);
            Assert.True(await import.EndAsync() == 0, import.Errors + import.Output);
        }
        using var trained = Run(root, layout, tests is null ? [] : ["--tests", tests]);
        Assert.True(await trained.EndAsync(300) == 0, trained.Errors);
        using var json = JsonDocument.Parse(trained.Output);
        var scores = json.RootElement.GetProperty("scores").EnumerateArray().ToList();
        Assert.Equal(36, scores.Count);
        Assert.All(scores, s => Assert.Equal(tests, s.GetProperty("dataset").GetString())); // null: the run's own
    }

    [Fact]
    public async Task A_broken_one_is_refused_with_every_finding_and_leaves_nothing()
    {
        var (data, root) = (Path.Combine(_folder.Path, "corpus"), Path.Combine(_folder.Path, "data"));
        SmallCorpora.JsonLines(data);
        var path = Path.Combine(data, "own.jsonl");
        await File.WriteAllTextAsync(
            path,
            (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Replace(
                "\"test\"",
                "\"tset\"",
                StringComparison.Ordinal
            ),
            TestContext.Current.CancellationToken
        );
        File.Delete(Path.Combine(data, "pictures", "0.jpg"));
        using var import = PortalProcess.Command(root, "import", "dataset", data);
        Assert.Equal(1, await import.EndAsync());
        Assert.Contains(
            "error: own.jsonl:18: The split 'tset' is unknown. Use train, val or test.",
            import.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("error: own.jsonl:1: The image pictures/0.jpg is missing.", import.Output, StringComparison.Ordinal);
        Assert.Contains("7 errors, 0 warnings.", import.Output, StringComparison.Ordinal);
        Assert.Contains("Mend what is listed above", import.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(root, "datasets", "own", "corpus.json")));

        using var wrong = PortalProcess.Command(root, "import", "dataset", Path.Combine(data, "nowhere"), "--kind", "coco");
        Assert.Equal(2, await wrong.EndAsync());
        Assert.Contains("PATH: There is no folder or file", wrong.Errors, StringComparison.Ordinal);
    }

    private static PortalProcess Run(string root, string dataset, params string[] more)
    {
        string[] run = ["run", "--method", "cll-clip", "--teir", "--dataset", dataset, "--languages", "en,ja", "--epochs", "1"];
        return PortalProcess.Command(root, [.. run, "--option", "batchSize=8", "--option", "vocabularySize=80", "--json", .. more]);
    }
}
