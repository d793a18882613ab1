using System.Text.Json;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CllClip.Portal.Tests.Jobs;

/// <summary>A host with storage, Quartz, worker and desk as in the portal, over files in a folder of its own and a toy data set.</summary>
public sealed class JobsHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly IHost _host;
    private readonly bool _owned;
    private bool _stopped;

    public JobsHost(ToyEngine engine, string? folder = null, PortalOptions? options = null, TimeProvider? time = null)
    {
        _owned = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("cllclip-jobs-").FullName;
        Folders = new PortalFolders(Folder, Path.Combine(Folder, "data"));
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(Folders);
        builder.Services.AddSingleton(options ?? new PortalOptions { Device = "cpu" });
        builder.Services.AddSingleton<IEngineHost>(engine);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddPortalStorage();
        builder.Services.AddPortalJobs();
        _host = builder.Build();
    }

    public string Folder { get; }
    public PortalFolders Folders { get; }
    public RunService Runs => Get<RunService>();
    public RunQueries Queries => Get<RunQueries>();
    public IRunDesk Desk => Get<IRunDesk>();

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public PortalDbContext Open() => Get<IDbContextFactory<PortalDbContext>>().CreateDbContext();

    public static async Task<JobsHost> StartedAsync(ToyEngine engine, string? folder = null, PortalOptions? options = null)
    {
        var host = new JobsHost(engine, folder, options);
        await host.StartAsync();
        return host;
    }

    public Task StartAsync() => _host.StartAsync();

    public async Task StopAsync()
    {
        _stopped = true;
        await _host.StopAsync();
    }

    public static RunRequest Request(string method = "cll-clip", bool teir = true, int seed = 1, params string[] languages) =>
        new()
        {
            Method = method,
            Teir = teir,
            Dataset = "toy",
            Model = "emoji-base",
            Languages = languages.Length > 0 ? languages : ["en", "de", "ja", "ar"],
            Seed = seed,
            Options =
                method == "zero-shot" ? null : new Dictionary<string, JsonElement> { ["batchSize"] = JsonSerializer.SerializeToElement(8) },
        };

    public async Task<RunView> LaunchAsync(RunRequest request)
    {
        var result = await Runs.LaunchAsync(request);
        return result.Run ?? throw new InvalidOperationException(string.Join("; ", result.Errors.SelectMany(e => e.Value)));
    }

    /// <summary>Waits until the run is in one of the states.</summary>
    public async Task<RunView> WaitAsync(string id, params RunState[] states)
    {
        var until = DateTime.UtcNow + Patience;
        while (true)
        {
            var run = await Queries.GetAsync(id);
            if (run is not null && states.Contains(run.State))
            {
                return run;
            }
            if (DateTime.UtcNow > until)
            {
                throw new TimeoutException($"Run {id} is {run?.State} ({run?.Error}), not {string.Join(" or ", states)}.");
            }
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_stopped)
        {
            await StopAsync();
        }
        _host.Dispose();
        if (_owned)
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(Folder, true);
        }
    }
}
