using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace CllClip.Portal.Tests.Load;

/// <summary>Many open pages without browsers (tests/Benchmarks/viewers): real circuits that answer every batch, at a fraction of a browser's cost.</summary>
internal sealed class Viewers : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly Process _process;

    private Viewers(Process process) => _process = process;

    /// <summary>What the pages received.</summary>
    /// <param name="Pages">Pages that became live.</param>
    /// <param name="Batches">Renderings that reached them.</param>
    /// <param name="Bytes">Their bytes.</param>
    /// <param name="Closed">Circuits that the portal ended.</param>
    /// <param name="Errors">What went wrong.</param>
    public sealed record Seen(int Pages, long Batches, long Bytes, int Closed, IReadOnlyList<string> Errors);

    /// <summary>Opens so many of a page and waits until all are live.</summary>
    public static async Task<Viewers> OpenAsync(Uri page, int count, CancellationToken stop)
    {
        var folder = Path.Combine(PreparedData.Root, "tests", "Benchmarks", "viewers");
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules")), $"Run 'npm ci' in {folder} first.");
        var start = new ProcessStartInfo("node", ["viewers.mjs", page.AbsoluteUri, $"{count}"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var viewers = new Viewers(Process.Start(start)!);
        try
        {
            var line = await viewers._process.StandardOutput.ReadLineAsync(stop);
            if (line != $"open {count}")
            {
                Assert.Fail(line is null ? "The viewers ended at once." : $"{line}: {await viewers.CloseAsync(stop)}");
            }
            return viewers;
        }
        catch
        {
            viewers.Dispose();
            throw;
        }
    }

    /// <summary>Closes the pages.</summary>
    public async Task<Seen> CloseAsync(CancellationToken stop)
    {
        _process.StandardInput.Close();
        return JsonSerializer.Deserialize<Seen>(await _process.StandardOutput.ReadToEndAsync(stop), Json)!;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.Dispose();
    }
}
