using System.Text.Json;
using CllClip.Portal.Tests.Features.Models;
using CllClip.Portal.Tests.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Commands;

/// <summary><c>import checkpoint</c> as a process of its own.</summary>
public sealed class CheckpointCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_becomes_a_base_model_and_nothing_is_copied()
    {
        var root = Path.Combine(_folder.Path, "data");
        var folder = ModelFolder.Copy(_folder.Path);
        using var import = PortalProcess.Command(root, "import", "checkpoint", folder, "--id", "mine", "--name", "My own");
        Assert.True(await import.EndAsync() == 0, import.Errors);
        Assert.Contains("Base model mine, My own", import.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(root, "models", "mine.json"), TestContext.Current.CancellationToken)
        );
        Assert.Equal(folder, json.RootElement.GetProperty("folder").GetString());
        Assert.Empty(Directory.GetFiles(root, "*.safetensors", SearchOption.AllDirectories));

        using var again = PortalProcess.Command(root, "import", "checkpoint", folder, "--id", "mine");
        Assert.Equal(1, await again.EndAsync());
        Assert.Contains("already", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_no_model_is_refused_in_words()
    {
        var root = Path.Combine(_folder.Path, "data");
        var folder = ModelFolder.Copy(_folder.Path);
        File.Move(Path.Combine(folder, "model.safetensors"), Path.Combine(folder, "pytorch_model.bin"));
        using var import = PortalProcess.Command(root, "import", "checkpoint", folder);
        Assert.Equal(1, await import.EndAsync());
        Assert.Contains("pickle", import.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", import.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(root, "models")));

        using var wrong = PortalProcess.Command(root, "import", "checkpoint");
        Assert.Equal(2, await wrong.EndAsync());
        Assert.Contains("Name one folder", wrong.Errors, StringComparison.Ordinal);
    }
}
