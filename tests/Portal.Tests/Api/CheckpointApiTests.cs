using System.IO.Compression;
using System.Text.Json;
using CllClip.Engine.Training;
using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Features;
using CllClip.Portal.Tests.Hosting;
using CllClip.Portal.Tests.Jobs;
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
    public async Task A_completed_run_comes_as_an_archive_that_another_portal_imports()
    {
        var chain = Path.Combine(PreparedData.Root, "shipped", "joint", RunArchive.ChainName);
        portal.AddRun("travels", RunState.Completed, r => r.ChainFolder = chain);
        await portal.ChangeAsync(db =>
        {
            db.Stages.Add(
                new StageEntity
                {
                    RunId = "travels",
                    Stage = 1,
                    Figures = SampleDesk.Stage(1, ["en", "de"]),
                }
            );
            db.Scores.AddRange(
                ScoreEntity.Of("travels", 1, Bench.Score(1, recall: 61.25)),
                ScoreEntity.Of("travels", 2, Bench.Score(1, "de"))
            );
        });
        using var client = portal.Client();
        using var folder = new TemporaryFolder();
        await using (var zip = new ZipArchive(new MemoryStream(await client.GetByteArrayAsync("/api/v1/runs/travels/checkpoint", Stop))))
        {
            await zip.ExtractToDirectoryAsync(folder.Path, Stop);
        }
        using var elsewhere = Bench.Ready();
        Assert.Equal("travels", await elsewhere.Import.ImportAsync(RunArchive.Read(folder.Path), Stop));
        var here = (await portal.AskAsync("GET", "/api/v1/runs/travels")).Json.Deserialize<RunView>(JsonSerializerOptions.Web)!;
        var there = (await elsewhere.Queries.GetAsync("travels"))!;
        Assert.Equal((here.Name, here.State, here.Seed), (there.Name, there.State, there.Seed));
        Assert.Equal([61.25, Bench.Score(1, "de").Recall], (await elsewhere.Queries.ScoresAsync("travels")).Select(s => s.Recall));
        Assert.Equal(1, CheckpointChain.CountStages(elsewhere.Folders.Chain("travels")));
        foreach (var file in Directory.EnumerateFiles(CheckpointChain.FolderOf(chain, 1), "*", SearchOption.AllDirectories))
        {
            var came = Path.Combine(folder.Path, RunArchive.ChainName, Path.GetRelativePath(chain, file));
            Assert.Equal(await File.ReadAllBytesAsync(file, Stop), await File.ReadAllBytesAsync(came, Stop));
        }
    }

    [Theory]
    [InlineData("stopped", RunState.Stopped, "")]
    [InlineData("partly", RunState.Completed, "?stage=1")]
    public async Task What_is_not_finished_or_not_whole_comes_as_a_chain_alone(string id, RunState state, string query)
    {
        portal.AddRun(id, state);
        Stage(id, 1);
        Stage(id, 2);
        await portal.ChangeAsync(db =>
            db.Stages.AddRange(
                new[] { 1, 2 }.Select(s => new StageEntity
                {
                    RunId = id,
                    Stage = s,
                    Figures = SampleDesk.Stage(s, ["en"]),
                })
            )
        );
        Assert.DoesNotContain(RunArchive.RunFile, (await ZipAsync($"/api/v1/runs/{id}/checkpoint{query}")).Keys);
        if (query.Length > 0)
        {
            Assert.Contains(RunArchive.RunFile, (await ZipAsync($"/api/v1/runs/{id}/checkpoint?stage=2")).Keys); // which is all of it
        }
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

    private void Stage(string id, int stage)
    {
        var folder = CheckpointChain.FolderOf(Chain(id), stage);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, CheckpointChain.StageFile), "{}");
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
