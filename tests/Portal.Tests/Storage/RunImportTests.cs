using System.Text.Json;
using CllClip.Engine;
using CllClip.Engine.Training;
using CllClip.Portal.Jobs;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Storage;

public sealed class RunImportTests
{
    [Fact]
    public async Task An_archive_is_stored_with_stages_scores_and_history()
    {
        using var bench = Bench.Ready();
        var archive = Archive("abc");
        Assert.Equal("abc", await bench.Import.ImportAsync(archive, TestContext.Current.CancellationToken));
        var view = (await bench.Queries.GetAsync("abc"))!;
        Assert.Equal(JsonSerializer.Serialize(archive.Run), JsonSerializer.Serialize(view));
        Assert.Equal(archive.Scores, await bench.Queries.ScoresAsync("abc"));
        Assert.Equal(JsonSerializer.Serialize(archive.Stages), JsonSerializer.Serialize(await bench.Queries.StagesAsync("abc")));
        Assert.Equal(RunState.Completed, Assert.Single(await bench.Queries.HistoryAsync("abc")).State);
    }

    [Fact]
    public async Task A_run_that_is_there_already_is_refused_by_name()
    {
        using var bench = Bench.Ready();
        await bench.Import.ImportAsync(Archive("abc"), TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<EngineException>(() => bench.Import.ImportAsync(Archive("abc")));
        Assert.Contains("'abc'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shipped_run_is_imported_once_and_again_when_the_repository_brings_another()
    {
        using var bench = Bench.Ready();
        var folder = Path.Combine(bench.Folder, "shipped", "abc");
        Archive("abc").Write(folder, halfPrecision: true);
        Assert.Equal("abc", await bench.Import.ImportShippedAsync(folder, Stop));
        File.Move(Path.Combine(folder, RunArchive.ScoresFile), Path.Combine(folder, "aside")); // not asked for again
        Assert.Equal("abc", await bench.Import.ImportShippedAsync(folder, Stop));
        Assert.Equal(1, (await bench.Queries.ListAsync(new())).Total);
        Assert.Equal(3, (await bench.Queries.ScoresAsync("abc")).Count);
        Assert.True((await bench.Queries.GetAsync("abc"))!.Shipped);
        bench.Add("own", RunState.Stopped);
        Directory.Delete(folder, true);
        Archive("abc", recall: 70).Write(folder, halfPrecision: true);
        await bench.Import.ImportShippedAsync(folder, Stop);
        Assert.Equal(70, (await bench.Queries.ScoresAsync("abc"))[0].Recall);
        Assert.Equal(["own", "abc"], (await bench.Queries.ListAsync(new())).Items.Select(r => r.Id)); // what is new to a person stays on top
        Assert.Equal(ActionOutcome.Conflict, bench.Store.Delete("abc").Outcome);
    }

    [Fact]
    public async Task A_shipped_run_does_not_take_the_place_of_somebodys_own()
    {
        using var bench = Bench.Ready();
        await bench.Import.ImportAsync(Archive("abc"), Stop);
        var folder = Path.Combine(bench.Folder, "shipped", "abc");
        Archive("abc", recall: 70).Write(folder, halfPrecision: true);
        await Assert.ThrowsAsync<EngineException>(() => bench.Import.ImportShippedAsync(folder, Stop));
        Assert.Equal(60, (await bench.Queries.ScoresAsync("abc"))[0].Recall);
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData(".")]
    public async Task An_id_that_is_no_name_of_a_folder_is_refused(string id)
    {
        using var bench = Bench.Ready();
        await Assert.ThrowsAsync<EngineException>(() => bench.Import.ImportAsync(Archive(id)));
        Assert.Equal(0, (await bench.Queries.ListAsync(new())).Total);
    }

    [Fact]
    public async Task After_an_interrupted_import_the_next_one_succeeds()
    {
        using var bench = Bench.Ready();
        // What a killed process leaves: half a copy, and of older versions half a chain in its place.
        Directory.CreateDirectory(CheckpointChain.FolderOf(bench.Folders.Run("abc") + ".importing", 1));
        var stage = Directory.CreateDirectory(CheckpointChain.FolderOf(bench.Folders.Chain("abc"), 1));
        await File.WriteAllTextAsync(Path.Combine(stage.FullName, CheckpointChain.StageFile), "{}", Stop);
        await bench.Import.ImportAsync(WithChain("abc"), Stop);
        Assert.Equal(1, CheckpointChain.CountStages(bench.Folders.Chain("abc")));
        Assert.True(File.Exists(Path.Combine(stage.FullName, CheckpointChain.DeltaFile)));
        Assert.Equal([bench.Folders.Run("abc")], Directory.GetDirectories(Path.GetDirectoryName(bench.Folders.Run("abc"))!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refused_import_leaves_nothing_behind(bool damagedChain)
    {
        using var bench = Bench.Ready();
        var archive = WithChain("abc");
        var broken = Path.Combine(bench.Folder, "broken");
        Directory.CreateDirectory(CheckpointChain.FolderOf(broken, 1));
        await File.WriteAllTextAsync(Path.Combine(CheckpointChain.FolderOf(broken, 1), CheckpointChain.StageFile), "{}", Stop);
        await Assert.ThrowsAnyAsync<Exception>(() =>
            bench.Import.ImportAsync(
                damagedChain ? archive with { ChainFolder = broken } : archive with { Scores = [archive.Scores[0], archive.Scores[0]] },
                Stop
            )
        );
        Assert.Empty(Directory.GetDirectories(Path.GetDirectoryName(bench.Folders.Run("abc"))!));
        await bench.Import.ImportAsync(archive, Stop);
        Assert.Equal(1, CheckpointChain.CountStages(bench.Folders.Chain("abc")));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>With the chain of one stage that ships.</summary>
    private static RunArchive WithChain(string id) =>
        Archive(id) with
        {
            ChainFolder = Path.Combine(PreparedData.Root, "shipped", "joint", RunArchive.ChainName),
        };

    private static RunArchive Archive(string id, double recall = 60)
    {
        var run = new RunView
        {
            Id = id,
            Name = "From elsewhere",
            State = RunState.Completed,
            Method = "cll-clip",
            Teir = true,
            Dataset = "emoji36",
            Model = "emoji-base",
            Languages = ["en", "de"],
            Epochs = 6,
            Options = new Dictionary<string, JsonElement> { ["learningRate"] = JsonSerializer.SerializeToElement(0.004) },
            Seed = 1,
            Device = "cpu",
            Tags = ["paper"],
            CreatedAt = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
            StartedAt = new DateTime(2026, 1, 2, 3, 4, 6, DateTimeKind.Utc),
            EndedAt = new DateTime(2026, 1, 2, 3, 9, 6, DateTimeKind.Utc),
            Summary = new ContinualSummary { ArT2i = recall },
            Provenance = new Provenance
            {
                CodeVersion = "1",
                DataRevision = "2",
                BaseModelHash = "3",
                Device = "cpu",
                Machine = "there",
                Libraries = new Dictionary<string, string> { ["a"] = "b" },
                DurationSeconds = 300.25,
            },
        };
        StageView[] stages =
        [
            .. new[] { 1, 2 }.Select(s => new StageView
            {
                Stage = s,
                Languages = [run.Languages[s - 1]],
                VocabularySize = 4000 + s,
                NewTokens = s,
                RowsInUse = 10,
                TrainingPairs = 100,
                TrainSeconds = 1.5,
                EvaluationSeconds = 0.5,
                BestEpoch = 2,
                ValidationScore = 31.2,
                PeakMemoryBytes = 900,
            }),
        ];
        return new RunArchive(run, stages, [Bench.Score(1, recall: recall), Bench.Score(2), Bench.Score(2, "de")], null);
    }
}
