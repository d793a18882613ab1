using System.IO.Compression;
using CllClip.Engine.Training;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Api;

/// <summary>A run's checkpoint over HTTP.</summary>
public sealed class CheckpointApiTests(PortalHost portal) : IClassFixture<PortalHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_chain_comes_as_a_zip_up_to_the_stage_asked_for()
    {
        var files = Add("whole", stages: 3);
        Assert.Equal(files, await ZipAsync("/api/v1/runs/whole/checkpoint"));
        Assert.Equal(
            files.Where(f => !f.Key.Contains("stage-003", StringComparison.Ordinal)),
            await ZipAsync("/api/v1/runs/whole/checkpoint?stage=2")
        );
    }

    [Fact]
    public async Task A_stage_that_is_being_written_is_left_out()
    {
        var files = Add("growing", stages: 1);
        var half = CheckpointChain.FolderOf(Chain("growing"), 2) + ".tmp";
        Directory.CreateDirectory(half);
        await File.WriteAllTextAsync(Path.Combine(half, CheckpointChain.DeltaFile), "half", Stop);
        Assert.Equal(files, await ZipAsync("/api/v1/runs/growing/checkpoint"));
    }

    [Fact]
    public async Task What_is_not_there_is_not_found_and_a_wrong_stage_is_named()
    {
        portal.AddRun("bare", RunState.Completed);
        Assert.Contains("no checkpoint", Detail(await portal.AskAsync("GET", "/api/v1/runs/bare/checkpoint")), StringComparison.Ordinal);
        Add("short", stages: 1);
        Assert.Contains(
            "last one is 1",
            Detail(await portal.AskAsync("GET", "/api/v1/runs/short/checkpoint?stage=2")),
            StringComparison.Ordinal
        );
        foreach (var wrong in new[] { "0", "-1", "x", "1.5", "99999999999" })
        {
            Assert.Equal(["stage"], (await portal.AskAsync("GET", $"/api/v1/runs/short/checkpoint?stage={wrong}")).Errors.Keys);
        }
        (await portal.AskAsync("GET", "/api/v1/runs/..%2f..%2fetc/checkpoint")).Problem(404);
    }

    private static string? Detail(Answer answer) => answer.Problem(404).GetProperty("detail").GetString();

    private string Chain(string id) => Path.Combine(portal.DataRoot, "runs", id, "chain");

    /// <summary>A run with a chain of made-up stages; gives the zip's entries as they must come.</summary>
    private SortedDictionary<string, string> Add(string id, int stages)
    {
        portal.AddRun(id, RunState.Completed);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var stage = 1; stage <= stages; stage++)
        {
            var folder = CheckpointChain.FolderOf(Chain(id), stage);
            Directory.CreateDirectory(Path.Combine(folder, "method"));
            foreach (var name in new[] { CheckpointChain.DeltaFile, CheckpointChain.StageFile, "method/memory.safetensors" })
            {
                var text = files[$"chain/stage-00{stage}/{name}"] = $"{id} {stage} {name} {new string('x', 100_000)}";
                File.WriteAllText(Path.Combine(folder, name), text);
            }
        }
        return files;
    }

    private async Task<SortedDictionary<string, string>> ZipAsync(string path)
    {
        using var client = portal.Client();
        using var answer = await client.GetAsync(path, Stop);
        Assert.Equal("application/zip", answer.Content.Headers.ContentType?.MediaType);
        Assert.EndsWith(".zip", answer.Content.Headers.ContentDisposition?.FileName, StringComparison.Ordinal);
        using var zip = new ZipArchive(new MemoryStream(await answer.Content.ReadAsByteArrayAsync(Stop)));
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            Assert.InRange(entry.CompressedLength, entry.Length, entry.Length + entry.Length / 100); // stored
            using var reader = new StreamReader(entry.Open());
            files[entry.FullName] = await reader.ReadToEndAsync(Stop);
        }
        return files;
    }
}
