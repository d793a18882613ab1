using System.Text.Json;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>Store, feed and queries over a real SQLite file in a folder of its own.</summary>
public sealed class Bench : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly bool _owned;

    public Bench(string? folder = null, TimeProvider? time = null)
    {
        _owned = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("cllclip-portal-").FullName;
        Folders = new PortalFolders(Folder, Path.Combine(Folder, "data"));
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(Folders);
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddPortalStorage();
        services.AddRunStore();
        _services = services.BuildServiceProvider();
    }

    public string Folder { get; }
    public PortalFolders Folders { get; }
    public PortalDatabase Database => Get<PortalDatabase>();
    public RunStore Store => Get<RunStore>();
    public RunFeed Feed => Get<RunFeed>();
    public RunQueries Queries => Get<RunQueries>();
    public RunImport Import => Get<RunImport>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public PortalDbContext Open() => Get<IDbContextFactory<PortalDbContext>>().CreateDbContext();

    /// <summary>A bench whose database is ready.</summary>
    public static Bench Ready(TimeProvider? time = null)
    {
        var bench = new Bench(time: time);
        bench.Database.Prepare();
        return bench;
    }

    public RunEntity Add(string id, RunState state = RunState.Queued, string lane = "cpu", Action<RunEntity>? change = null)
    {
        var run = new RunEntity
        {
            Id = id,
            Name = $"Run {id}",
            State = state,
            Method = "cll-clip",
            Teir = true,
            Dataset = "toy",
            Model = "emoji-base",
            Languages = ["en", "de", "ja"],
            Epochs = 2,
            Options = new Dictionary<string, JsonElement> { ["batchSize"] = JsonSerializer.SerializeToElement(8) },
            Seed = 1,
            Device = "auto",
            Lane = lane,
            CreatedAt = DateTime.UtcNow,
        };
        change?.Invoke(run);
        Store.Add([run], "Launched.");
        return run;
    }

    public static Score Score(int stage, string language = "en", int k = 1, double recall = 50) =>
        new(stage, language, RetrievalDirection.TextToImage, k, recall, 24, "toy");

    public void Dispose()
    {
        _services.Dispose();
        if (_owned)
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(Folder, true);
        }
    }
}
