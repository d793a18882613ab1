using CllClip.Engine.Training;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Features.Models;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace CllClip.Portal.Tests.Features.Search;

public sealed class CheckpointQueriesTests : IDisposable
{
    private readonly Bench _bench = Bench.Ready();
    private readonly KeptLines<CheckpointQueries> _log = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Every_stage_with_weights_is_listed_with_the_languages_learned_so_far()
    {
        Add("a", stages: 3, weights: 2);
        Add("b", stages: 1, weights: 0);
        var views = await Queries().ListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["base", "a:1", "a:2"], views.Select(v => v.Id));
        Assert.Equal(["en", "de"], views[2].Languages);
        Assert.Equal(2, views[2].Stages);
    }

    [Fact]
    public async Task A_run_s_id_alone_is_its_last_stage_and_what_is_not_there_is_null()
    {
        Add("a", stages: 3, weights: 3);
        var queries = Queries();
        Assert.Equal("a:3", (await queries.FindAsync("a"))!.View.Id);
        Assert.Equal("a:1", (await queries.FindAsync("a:1"))!.View.Id);
        Assert.Equal(_bench.Folders.Chain("a"), (await queries.FindAsync("a:1"))!.ChainFolder);
        Assert.Null((await queries.FindAsync("base"))!.ChainFolder);
        foreach (var id in new[] { "a:4", "a:0", "a:x", "b", "", ":", "../a:1" })
        {
            Assert.Null(await queries.FindAsync(id));
        }
    }

    [Fact]
    public async Task Search_opens_with_the_setting_else_joint_training_else_the_most_languages_else_the_base()
    {
        Assert.Equal("base", (await Queries().DefaultAsync()).Id);
        Add("one", stages: 1, weights: 1); // one language: English, which the base knows
        Assert.Equal("base", (await Queries().DefaultAsync()).Id);
        Add("a", stages: 3, weights: 3);
        Assert.Equal("a:3", (await Queries().DefaultAsync()).Id);
        Add("j", stages: 1, weights: 1, joint: true);
        Assert.Equal("j:1", (await Queries().DefaultAsync()).Id);
        Assert.Equal("a:2", (await Queries("a:2").DefaultAsync()).Id);
        Assert.Equal("j:1", (await Queries("gone:2").DefaultAsync()).Id);
    }

    [Fact]
    public async Task Registered_models_that_can_be_used_are_listed_and_do_not_become_what_search_opens_with()
    {
        var folder = ModelFolder.Copy(_bench.Folder, "many");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "README.md"),
            "# Card's name\n\n* Languages in the order of learning: en de ja",
            TestContext.Current.CancellationToken
        );
        var bases = new BaseModels(_bench.Folders);
        bases.Add("many", new RegisteredModel(null, folder, "abc", new Dictionary<string, long>(), DateTime.UnixEpoch));
        bases.Add("named", new RegisteredModel("A name", folder, "abc", new Dictionary<string, long>(), DateTime.UnixEpoch));
        bases.Add("lost", new RegisteredModel(null, folder + "-lost", "abc", new Dictionary<string, long>(), DateTime.UnixEpoch));
        var queries = Queries();
        var views = await queries.ListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["base", "base:many", "base:named"], views.Select(v => v.Id));
        Assert.Equal(["Card's name", "A name"], views.Skip(1).Select(v => v.Label));
        Assert.Equal("base", (await queries.DefaultAsync(TestContext.Current.CancellationToken)).Id);
        Assert.Equal("base:many", (await Queries("base:many").DefaultAsync(TestContext.Current.CancellationToken)).Id); // unless somebody sets it
        Assert.Null(await queries.FindAsync("base:lost", TestContext.Current.CancellationToken));
        Assert.Contains("Put it back", queries.NoModel("base:lost"), StringComparison.Ordinal);
        Assert.Null(queries.NoModel("a:1"));
    }

    [Fact]
    public async Task A_setting_that_names_nothing_is_warned_of_once_with_what_there_is()
    {
        Add("a", stages: 3, weights: 3);
        var queries = Queries("gone:2");
        await queries.DefaultAsync(TestContext.Current.CancellationToken);
        await queries.DefaultAsync(TestContext.Current.CancellationToken);
        var warning = Assert.Single(_log.Lines);
        Assert.Contains("CllClip:Search:DefaultCheckpoint", warning, StringComparison.Ordinal);
        Assert.Contains("'gone:2'", warning, StringComparison.Ordinal);
        Assert.EndsWith("base, a:3", warning, StringComparison.Ordinal);
        await Queries("a:2").DefaultAsync(TestContext.Current.CancellationToken);
        await Queries().DefaultAsync(TestContext.Current.CancellationToken);
        Assert.Single(_log.Lines);
    }

    private CheckpointQueries Queries(string? set = null) =>
        new(
            _bench.Get<IDbContextFactory<PortalDbContext>>(),
            _bench.Folders,
            new PortalOptions { Search = new() { DefaultCheckpoint = set } },
            new BaseModels(_bench.Folders),
            _log
        );

    private void Add(string id, int stages, int weights, bool joint = false)
    {
        _bench.Add(id, RunState.Completed);
        using var db = _bench.Open();
        string[] languages = ["en", "de", "ja"];
        for (var stage = 1; stage <= stages; stage++)
        {
            db.Stages.Add(
                new StageEntity
                {
                    RunId = id,
                    Stage = stage,
                    Figures = SampleDesk.Stage(stage, joint ? languages : [languages[stage - 1]]),
                }
            );
            if (stage <= weights)
            {
                var folder = CheckpointChain.FolderOf(_bench.Folders.Chain(id), stage);
                Directory.CreateDirectory(folder);
                File.WriteAllText(Path.Combine(folder, CheckpointChain.StageFile), "{}");
            }
        }
        db.SaveChanges();
    }
}
