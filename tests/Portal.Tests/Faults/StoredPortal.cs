using CllClip.Engine.Tests.Data.Corpora;
using CllClip.Portal.Tests.Features.Datasets;
using CllClip.Portal.Tests.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Faults;

/// <summary>A data root that a portal has used, with a data set of a user in it; made once, damaged in copies.</summary>
public sealed class StoredPortal : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The user's files.</summary>
    public string Corpus => Path.Combine(_folder.Path, "corpus");

    private string Original => Path.Combine(_folder.Path, "original");

    public async ValueTask InitializeAsync()
    {
        if (!PreparedData.IsThere)
        {
            return;
        }
        foreach (var folder in new[] { "emoji36", "features" })
        {
            var target = folder == "features" ? folder : Path.Combine("datasets", folder);
            CopyAll(Path.Combine(PreparedData.Root, "artifacts", folder), Path.Combine(Original, target));
        }
        SmallCorpora.Write("jsonl", Directory.CreateDirectory(Corpus).FullName);
        using var portal = PortalProcess.Portal(Original);
        using var client = new HttpClient { BaseAddress = await portal.AddressAsync() };
        await CorpusRuns.ReadyAsync(client, Corpus, "mine");
        await CorpusRuns.LearnAsync(client, "mine");
        portal.Interrupt();
        Assert.Equal(0, await portal.EndAsync());
        await File.WriteAllTextAsync(Path.Combine(Original, "calibration.json"), "{}"); // is measured only where somebody opens the form
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A copy of the data root.</summary>
    public string Copy(string? into = null)
    {
        Assert.SkipUnless(PreparedData.IsThere, "npm ci brings Emoji36's packages");
        var target = into ?? Path.Combine(_folder.Path, Guid.NewGuid().ToString("N"));
        CopyAll(Original, target);
        return target;
    }

    /// <summary>Copies what is stored. What another test run may be writing just now, its locks and half-written files, is not.</summary>
    internal static void CopyAll(string source, string target)
    {
        foreach (
            var file in Directory
                .EnumerateFiles(source, "*", SearchOption.AllDirectories)
                .Where(f => Path.GetExtension(f) is not (".lock" or ".part"))
        )
        {
            var copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
