using CllClip.Engine.Training;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Features.Pruning;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Portal.Tests.Jobs;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CllClip.Portal.Tests.Features.Pruning;

/// <summary>A real database and real files, a clock that tests move, and a pruner over them.</summary>
internal sealed class PruneBench : IDisposable
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero); // files are made earlier

    public PruneBench(string? defaultCheckpoint = null)
    {
        Bench = Bench.Ready(Time);
        Uses = new CheckpointUses(Time);
        Store = new PruneStore(Bench.Get<IDbContextFactory<PortalDbContext>>(), Time);
        Options.Search.DefaultCheckpoint = defaultCheckpoint;
        Pruner = Make();
    }

    public FakeTimeProvider Time { get; } = new(Start);
    public Bench Bench { get; }
    public CheckpointUses Uses { get; }
    public PruneStore Store { get; }
    public PortalOptions Options { get; } = new();
    public Pruner Pruner { get; private set; }
    public PortalFolders Folders => Bench.Folders;

    /// <summary>A pruner as a new process would have it.</summary>
    public Pruner Make()
    {
        var (shelf, models) = (new CorpusShelf(Folders), new BaseModels(Folders));
        return Pruner = new Pruner(
            [
                new VanishedCaches(Folders, shelf, models, new ToyEngine()),
                new Leftovers(Folders),
                new DatabaseCopies(Folders),
                new RunCheckpoints(Folders, Options, shelf, models, Uses),
            ],
            Folders,
            Uses,
            Store,
            Time,
            NullLogger<Pruner>.Instance
        );
    }

    /// <summary>A run that ended a moment ago, with stages, ranks and a curve.</summary>
    public string AddRun(string id, RunState state = RunState.Completed, int stages = 3, Action<RunEntity>? change = null)
    {
        Bench.Add(
            id,
            state,
            change: r =>
            {
                r.EndedAt = Time.GetUtcNow().UtcDateTime;
                change?.Invoke(r);
            }
        );
        for (var s = 1; s <= stages; s++)
        {
            File.WriteAllText(Put(Path.Combine(CheckpointChain.FolderOf(Folders.Chain(id), s), CheckpointChain.StageFile)), "{}");
            File.WriteAllText(Put(Path.Combine(Folders.Chain(id), "ranks", $"stage-{s:000}.safetensors")), "ranks");
        }
        File.WriteAllText(Put(Folders.Steps(id)), "steps");
        return Folders.Chain(id);
    }

    /// <summary>A file below the data root.</summary>
    public string AddFile(params string[] path)
    {
        var file = Put(Path.Combine([Folders.DataRoot, .. path]));
        File.WriteAllText(file, "content");
        return file;
    }

    /// <summary>Sets a rule that prunes the checkpoints of finished runs after so many days.</summary>
    public Task PruneCheckpointsAsync(int days = 10) => Store.SetAsync(PruneRule.Usual with { Checkpoints = new(true, days) }, "ana");

    public void Days(int days) => Time.Advance(TimeSpan.FromDays(days));

    public async Task<PruningView> PruneAsync() => (await Pruner.PruneAsync(""))!;

    public async Task<DateTime?> PrunedAtAsync(string id) => (await Bench.Queries.GetAsync(id))!.CheckpointsPrunedAt;

    public void Dispose()
    {
        Pruner.Dispose();
        Bench.Dispose();
    }

    private static string Put(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return file;
    }
}
