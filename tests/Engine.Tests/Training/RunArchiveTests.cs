using System.IO.Compression;
using System.Text.Json;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Training;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests.Training;

public sealed class RunArchiveTests : ToyRuns
{
    [Fact]
    public void An_archive_gives_back_the_run_its_stages_and_every_bit_of_its_scores()
    {
        var written = Archive();
        var folder = Path.Combine(Folder, "archive");
        written.Write(folder, halfPrecision: true);
        var read = RunArchive.Read(folder);

        Assert.Equal(written.Scores, read.Scores);
        Assert.Equal(Text(written.Run), Text(read.Run));
        Assert.Equal(Text(written.Stages), Text(read.Stages));
        foreach (var score in read.Scores)
        {
            short[]? Ranks(string folder) => RankFile.Read(folder, score.Stage, null, score.Protocol, score.Language, score.Direction);
            Assert.Equal(Ranks(written.ChainFolder!)!, Ranks(read.ChainFolder!));
        }
        using var half = CheckpointChain.Fold(Model, read.ChainFolder!, 4);
        using var full = CheckpointChain.Fold(Model, written.ChainFolder!, 4);
        using var gap = (full.Embedding.Table - half.Embedding.Table).abs().max();
        Assert.InRange(gap.item<float>(), 0, 2e-3);
    }

    [Fact]
    public void Scores_on_further_data_sets_travel_with_the_run_and_an_archive_without_any_is_as_it_was()
    {
        var plain = Archive();
        Score Elsewhere(Score s) => s with { Dataset = "xm3600", Protocol = "all-captions" };
        var several = plain with
        {
            Run = plain.Run with
            {
                TestSets = ["xm3600"],
                Provenance = plain.Run.Provenance! with { TestSetRevisions = new Dictionary<string, string> { ["xm3600"] = "x-1" } },
            },
            Scores = [.. plain.Scores, .. plain.Scores.Select(Elsewhere)],
        };
        foreach (var (written, name) in new[] { (plain, "plain"), (several, "several") })
        {
            var folder = Path.Combine(Folder, name);
            written.Write(folder, halfPrecision: false);
            var read = RunArchive.Read(folder);
            Assert.Equal(written.Scores, read.Scores);
            Assert.Equal(Text(written.Run), Text(read.Run));
            using var zip = new GZipStream(File.OpenRead(Path.Combine(folder, RunArchive.ScoresFile)), CompressionMode.Decompress);
            using var lines = new StreamReader(zip);
            Assert.Equal(
                "stage,language,direction,k,recall,n,protocol" + (name == "several" ? ",dataset" : ""), // older versions read the plain one
                lines.ReadLine()
            );
        }
    }

    [Fact]
    public void The_runs_that_ship_are_read_as_runs_with_one_test_set()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.Combine(Fixtures.Repository!, "shipped")))
        {
            var archive = RunArchive.Read(folder);
            Assert.Empty(archive.Run.TestSets);
            Assert.Null(archive.Run.Provenance!.TestSetRevisions);
            Assert.DoesNotContain(archive.Scores, s => s.Dataset is not null);
        }
    }

    [Fact]
    public void A_folder_in_use_is_left_alone()
    {
        var archive = Archive();
        var error = Assert.Throws<EngineException>(() => archive.Write(Folder, halfPrecision: false));
        Assert.Contains(Folder, error.Message, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(Folder, "run")));
    }

    [Theory]
    [InlineData(RunArchive.ScoresFile)]
    [InlineData(RunArchive.RunFile)]
    public void A_cut_file_is_named(string file)
    {
        var folder = Path.Combine(Folder, "archive");
        Archive().Write(folder, halfPrecision: false);
        var path = Path.Combine(folder, file);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..100]);
        Assert.Contains(file, Assert.Throws<EngineException>(() => RunArchive.Read(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scores_that_unpack_to_a_line_without_end_are_refused()
    {
        var folder = Path.Combine(Folder, "archive");
        Archive().Write(folder, halfPrecision: false);
        using (var bomb = new GZipStream(File.Create(Path.Combine(folder, RunArchive.ScoresFile)), CompressionLevel.SmallestSize))
        {
            for (var i = 0; i < 100; i++)
            {
                bomb.Write(new byte[1 << 20]);
            }
        }
        Assert.Contains("200 times", Assert.Throws<EngineException>(() => RunArchive.Read(folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scores")]
    [InlineData("figures")]
    [InlineData("vocabulary")]
    [InlineData("delta")]
    public void A_stage_without_what_it_must_say_is_damaged(string field)
    {
        var archive = Archive();
        var path = Path.Combine(CheckpointChain.FolderOf(archive.ChainFolder!, 1), CheckpointChain.StageFile);
        var stage = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        foreach (var change in new Action[] { () => stage[field] = null, () => stage.Remove(field) })
        {
            change();
            File.WriteAllText(path, stage.ToJsonString());
            var message = Assert.ThrowsAny<EngineException>(() => CheckpointChain.Read(archive.ChainFolder!, 1)).Message;
            Assert.Contains(field, message, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void A_lost_stage_is_noticed()
    {
        var folder = Path.Combine(Folder, "archive");
        Archive().Write(folder, halfPrecision: false);
        Directory.Delete(CheckpointChain.FolderOf(Path.Combine(folder, RunArchive.ChainName), 3), true);
        Assert.Contains("2 of 4 stages", Assert.Throws<EngineException>(() => RunArchive.Read(folder)).Message, StringComparison.Ordinal);
    }

    private RunArchive Archive()
    {
        var plan = Plan("cll-clip", true, "run");
        var (scores, stages) = Run(plan);
        var run = new RunView
        {
            Id = "toy",
            Name = "Toy",
            State = RunState.Completed,
            Method = plan.Method,
            Teir = plan.Teir,
            Dataset = Dataset.Id,
            Model = "emoji-base",
            Languages = plan.Languages,
            Epochs = plan.Epochs,
            Options = plan.Options.ToDictionary(o => o.Key, o => JsonSerializer.SerializeToElement(o.Value)),
            Seed = plan.Seed,
            Device = plan.Device,
            CreatedAt = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            Summary = ContinualMetrics.Summarise(scores, plan.Languages, Dataset.HeadlineProtocol),
            Provenance = RunProvenance.Of(Dataset, Model, plan.Device),
        };
        return new RunArchive(run, stages, scores, plan.CheckpointFolder);
    }

    private static string Text<T>(T value) => JsonSerializer.Serialize(value);
}
