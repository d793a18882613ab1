using CllClip.Engine.Training;
using CllClip.Portal.Features.Pruning;
using CllClip.Portal.Features.Search;
using CllClip.Portal.Health;
using CllClip.Portal.Hosting;
using CllClip.Portal.Hubs;
using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace CllClip.Portal.Tests.Features.Pruning;

/// <summary>What the rule takes and what it leaves, with a real database and real files.</summary>
public sealed class PrunerTests : IDisposable
{
    private const string Cache = "gone-0123456789abcdef-fedcba9876543210-01234567-images.safetensors";
    private readonly PruneBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Rubbish_goes_when_it_is_old_and_no_sooner()
    {
        var chain = _bench.AddRun("r", RunState.Stopped);
        string[] leftovers =
        [
            Path.GetDirectoryName(_bench.AddFile("runs", "r", "chain", "stage-009.aside", "stage.json"))!,
            _bench.AddFile("keys", "key-1.xml.damaged"),
            _bench.AddFile("queue.db.damaged-20260101000000"),
            _bench.AddFile("models", $"x.json.{Guid.NewGuid():N}.tmp"),
            Path.GetDirectoryName(_bench.AddFile("runs", "x.importing", "file"))!,
        ];
        string[] stay = [_bench.AddFile("keys", "key-1.xml"), _bench.AddFile("damaged.txt"), _bench.AddFile("notes.tmp"), chain];
        Assert.Equal(0, (await _bench.PruneAsync()).Count); // seen for the first time, however old the files are
        _bench.Days(29);
        Assert.Equal(0, (await _bench.PruneAsync()).Count);
        _bench.Days(1);
        Assert.Equal(5, (await _bench.PruneAsync()).Count);
        Assert.All(leftovers, p => Assert.False(Path.Exists(p), p));
        Assert.All(stay, p => Assert.True(Path.Exists(p), p));
        Assert.Equal(3, CheckpointChain.CountStages(chain));
    }

    [Fact]
    public async Task Embeddings_go_with_what_stands_beside_them_once_nothing_is_registered_that_needs_them()
    {
        var files = new[] { "", ".sha256", ".lock", ".part" }.Select(e => _bench.AddFile("features", Cache + e)).ToList();
        var own = _bench.AddFile("features", "emoji36-0123456789abcdef-fedcba9876543210-01234567-images.safetensors");
        var other = _bench.AddFile("features", "of-somebody-else.safetensors");
        File.SetLastWriteTimeUtc(files[0], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await _bench.PruneAsync();
        _bench.Days(6);
        await _bench.PruneAsync();
        Assert.All(files, f => Assert.True(File.Exists(f)));
        using (new FileStream(files[2], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            _bench.Days(2);
            await _bench.PruneAsync();
            Assert.All(files, f => Assert.True(File.Exists(f))); // somebody computes it
        }
        var done = await _bench.PruneAsync();
        Assert.Equal(
            Path.Combine("features", Cache),
            Assert.Single(done.Things, t => t.Name.Contains("gone-", StringComparison.Ordinal)).Name
        );
        Assert.All(files, f => Assert.False(File.Exists(f)));
        Assert.True(File.Exists(other));
        Assert.False(File.Exists(own)); // of weights that no base model has
    }

    [Fact]
    public async Task The_newest_copies_of_the_database_stay_whatever_their_age()
    {
        var copies = Enumerable.Range(1, 5).Select(i => _bench.AddFile($"portal.db.before-2026010{i}000000_M")).ToList();
        for (var i = 0; i < copies.Count; i++)
        {
            File.SetLastWriteTimeUtc(copies[i], PruneBench.Start.UtcDateTime.AddDays(i));
        }
        var database = _bench.Folders.Database;
        _bench.Days(100);
        Assert.Equal(2, (await _bench.PruneAsync()).Count);
        Assert.Equal([false, false, true, true, true], copies.Select(File.Exists));
        Assert.True(File.Exists(database));
        Assert.Equal(3, (await _bench.Pruner.PreviewAsync(PruneRule.Usual)).Kept.Count(k => k.Kind == PruneKind.Copies));
    }

    [Fact]
    public async Task Checkpoints_of_finished_runs_stay_unless_somebody_says_otherwise_and_then_all_else_of_them_stays()
    {
        var chain = _bench.AddRun("r");
        var within = Path.GetDirectoryName(_bench.AddFile("runs", "r", "chain", "within-002-000001", "within.json"))!;
        _bench.Days(1000);
        Assert.Equal(PruneKind.Within, Assert.Single((await _bench.PruneAsync()).Things).Kind);
        Assert.False(Directory.Exists(within));
        Assert.Equal(3, CheckpointChain.CountStages(chain));

        await _bench.PruneCheckpointsAsync();
        var thing = Assert.Single((await _bench.PruneAsync()).Things);
        Assert.Equal((PruneKind.Checkpoints, "Run r", "r", null), (thing.Kind, thing.Name, thing.RunId, thing.Error));
        Assert.Equal(["ranks"], Directory.GetFileSystemEntries(chain).Select(Path.GetFileName));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(chain, "ranks")).Length);
        Assert.True(File.Exists(_bench.Folders.Steps("r")));
        Assert.Equal(_bench.Time.GetUtcNow().UtcDateTime, await _bench.PrunedAtAsync("r"));
        Assert.Equal(2, (await _bench.Store.PruningsAsync(10)).Count);
    }

    [Theory]
    [InlineData(RunState.Queued)]
    [InlineData(RunState.Running)]
    [InlineData(RunState.Stopping)]
    [InlineData(RunState.Stopped)]
    [InlineData(RunState.Paused)]
    [InlineData(RunState.Failed)]
    public async Task Checkpoints_that_a_run_can_go_on_from_are_never_pruned(RunState state)
    {
        var chain = _bench.AddRun("r", state);
        _bench.AddFile("runs", "r", "chain", "within-004-000001", "within.json");
        await _bench.PruneCheckpointsAsync(1);
        _bench.Days(1000);
        Assert.Equal(0, (await _bench.PruneAsync()).Count);
        Assert.Equal(3, CheckpointChain.CountStages(chain));
        Assert.True(Directory.Exists(Path.Combine(chain, "within-004-000001")));
    }

    [Fact]
    public async Task What_speaks_for_a_runs_checkpoints_keeps_them_and_is_said()
    {
        _bench.AddRun("tagged", change: r => r.Tags = ["Keep"]);
        _bench.AddRun("searched");
        _bench.Options.Search.DefaultCheckpoint = "searched:2";
        _bench.AddRun("shipped", change: r => r.Shipped = true);
        _bench.AddRun("read");
        _bench.AddRun("base");
        _bench.AddFile("models", "own.json");
        File.WriteAllText(
            Path.Combine(_bench.Folders.RegisteredModels, "own.json"),
            $$"""{"name":null,"folder":{{System.Text.Json.JsonSerializer.Serialize(Path.Combine(_bench.Folders.Run("base"), "export"))}},"revision":"ab","weights":{},"addedAt":"2026-01-01T00:00:00Z"}"""
        );
        _bench.AddRun("plain");
        _bench.Make();
        await _bench.PruneCheckpointsAsync();
        _bench.Days(11);
        using (_bench.Uses.Use("read"))
        {
            _bench.Days(1);
            var preview = await _bench.Pruner.PreviewAsync((await _bench.Store.RuleAsync()).Rule);
            Assert.Equal(["plain"], preview.Things.Select(t => t.RunId));
            Assert.Equal(
                new Dictionary<string, string?>
                {
                    ["tagged"] = KeptWords.Tagged,
                    ["searched"] = KeptWords.DefaultOfSearch,
                    ["read"] = KeptWords.InUse,
                    ["base"] = KeptWords.Registered,
                },
                preview.Kept.ToDictionary(k => k.RunId!, k => k.Kept)
            );
            Assert.Equal(["plain"], (await _bench.PruneAsync()).Things.Select(t => t.RunId));
        }
        Assert.Equal(0, (await _bench.PruneAsync()).Count); // read a moment ago
        _bench.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["read"], (await _bench.PruneAsync()).Things.Select(t => t.RunId));
        Assert.Equal(3, CheckpointChain.CountStages(_bench.Folders.Chain("shipped")));
    }

    [Fact]
    public async Task A_pruning_that_was_killed_between_renaming_and_deleting_is_finished_with_the_next()
    {
        var chain = _bench.AddRun("r");
        Residue.Take(CheckpointChain.FolderOf(chain, 1)); // and then the process died
        var file = _bench.AddFile("queue.db.damaged-20260101000000.pruned");
        _bench.Make();
        await _bench.PruneAsync();
        Assert.Equal(["ranks"], Directory.GetFileSystemEntries(chain).Select(Path.GetFileName));
        Assert.NotNull(await _bench.PrunedAtAsync("r"));
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task A_link_is_never_followed_whether_in_the_place_of_a_thing_on_the_way_to_it_or_within()
    {
        var outside = Directory.CreateTempSubdirectory("cllclip-outside-");
        try
        {
            var precious = Path.Combine(outside.FullName, "stage-001.aside", "precious");
            Directory.CreateDirectory(Path.GetDirectoryName(precious)!);
            File.WriteAllText(precious, "kept");
            Directory.CreateSymbolicLink(_bench.Folders.Features, outside.FullName);
            File.WriteAllText(Path.Combine(outside.FullName, Cache), "kept");
            Directory.CreateDirectory(Path.Combine(_bench.Folders.Runs, "r"));
            Directory.CreateSymbolicLink(_bench.Folders.Chain("r"), outside.FullName);
            Directory.CreateSymbolicLink(Path.Combine(_bench.Folders.DataRoot, "queue.db.damaged-20260101000000"), outside.FullName);
            var aside = Path.GetDirectoryName(_bench.AddFile("runs", "s", "chain", "stage-001.aside", "file"))!;
            Directory.CreateSymbolicLink(Path.Combine(aside, "within"), outside.FullName);
            await _bench.PruneAsync();
            _bench.Days(1000);
            Assert.Equal(1, (await _bench.PruneAsync()).Count);
            Assert.False(Directory.Exists(aside));
            Assert.True(File.Exists(precious));
            Assert.True(File.Exists(Path.Combine(outside.FullName, Cache)));
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_cannot_be_removed_is_named_and_stops_nothing_else()
    {
        var stuck = _bench.AddFile("keys", new string('a', 245) + ".damaged"); // no room for a longer name, so it cannot be renamed
        var other = _bench.AddFile("queue.db.damaged-20260101000000");
        using var pruner = new Pruner(
            [new Throwing(), new Leftovers(_bench.Folders)],
            _bench.Folders,
            _bench.Uses,
            _bench.Store,
            _bench.Time,
            NullLogger<Pruner>.Instance
        );
        await pruner.PruneAsync("ana");
        _bench.Days(31);
        var done = (await pruner.PruneAsync("ana"))!;
        Assert.Equal((1, 1, "ana"), (done.Count, done.Failed, done.By));
        Assert.NotNull(Assert.Single(done.Things, t => t.Name == Path.GetRelativePath(_bench.Folders.DataRoot, stuck)).Error);
        Assert.True(File.Exists(stuck));
        Assert.False(File.Exists(other));
    }

    [Fact]
    public async Task Whoever_asks_for_a_pruned_checkpoint_can_be_told_when_it_went()
    {
        _bench.AddRun("r");
        await _bench.PruneCheckpointsAsync();
        var queries = new CheckpointQueries(
            _bench.Bench.Get<IDbContextFactory<PortalDbContext>>(),
            _bench.Folders,
            _bench.Options,
            new BaseModels(_bench.Folders),
            NullLogger<CheckpointQueries>.Instance
        );
        Assert.Null(await queries.PrunedAsync("r:2"));
        _bench.Days(10);
        await _bench.PruneAsync();
        Assert.Equal(("Run r", _bench.Time.GetUtcNow().UtcDateTime), await queries.PrunedAsync("r:2"));
        Assert.Null(await queries.FindAsync("r"));
        Assert.Null(await queries.PrunedAsync("none"));
    }

    [Fact]
    public async Task The_rule_is_applied_when_the_portal_is_ready_and_once_a_day()
    {
        var ready = new TaskCompletionSource();
        var engine = new ToyEngine { Ready = ready.Task };
        var metrics = new PortalMetrics(_bench.Bench.Queries, engine, new HubMeter());
        using var service = new PruneService(_bench.Pruner, engine, metrics, _bench.Time, NullLogger<PruneService>.Instance);
        var file = _bench.AddFile("queue.db.damaged-20260101000000");
        await service.StartAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await _bench.Store.MarksAsync(default));
        ready.SetResult();
        await UntilAsync(async () => (await _bench.Store.MarksAsync(default)).Count == 1);
        await UntilAsync(() =>
        {
            _bench.Days(1);
            return Task.FromResult(!File.Exists(file));
        });
        await service.StopAsync(TestContext.Current.CancellationToken);
        using var figures = new MemoryStream();
        await metrics.Registry.CollectAndExportAsTextAsync(figures, TestContext.Current.CancellationToken);
        Assert.Contains(
            "cllclip_pruned_bytes_total{kind=\"leftovers\"} 7",
            System.Text.Encoding.UTF8.GetString(figures.ToArray()),
            StringComparison.Ordinal
        );
    }

    private static async Task UntilAsync(Func<Task<bool>> done)
    {
        for (var i = 0; !await done(); i++)
        {
            Assert.True(i < 400);
            await Task.Delay(25);
        }
    }

    [Fact]
    public async Task The_rule_survives_a_restart_and_says_who_set_it()
    {
        Assert.Null((await _bench.Store.RuleAsync()).ChangedAt);
        await _bench.PruneCheckpointsAsync(33);
        var again = await new PruneStore(
            _bench.Bench.Get<Microsoft.EntityFrameworkCore.IDbContextFactory<PortalDbContext>>(),
            _bench.Time
        ).RuleAsync();
        Assert.Equal((new PrunePart(true, 33), "ana"), (again.Rule.Checkpoints, again.ChangedBy));
        Assert.Equal(PruneRule.Usual with { Checkpoints = new(true, 33) }, again.Rule);
        Assert.Equal(
            ["checkpoints.days", "keepCopies"],
            (PruneRule.Usual with { KeepCopies = 0, Checkpoints = new(true, 0) }).Check().Keys
        );
    }

    private sealed class Throwing : IThingFinder
    {
        public IEnumerable<FoundThing> Find(IReadOnlyDictionary<string, StoredRun> runs) => throw new IOException("no");
    }
}
