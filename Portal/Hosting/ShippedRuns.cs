using CllClip.Engine;
using CllClip.Engine.Training;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Hosting;

/// <summary>Brings the runs that came with the program into the database, before the first page is served: new and changed ones are stored, those that ship no more go.</summary>
internal sealed partial class ShippedRuns(
    PortalFolders folders,
    RunImport import,
    RunStore store,
    IDbContextFactory<PortalDbContext> contexts,
    ILogger<ShippedRuns> log
) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var shipped = new HashSet<string>(StringComparer.Ordinal);
        var whole = true;
        foreach (var folder in Folders())
        {
            try
            {
                shipped.Add(await import.ImportShippedAsync(folder, cancellationToken));
            }
            catch (EngineException error) when (error is not DatabaseException)
            {
                // The portal works without: say so and go on.
                LogRefused(log, Path.GetFileName(folder), error.Message);
                whole = false;
            }
        }
        if (whole)
        {
            await RemoveOthersAsync(shipped, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private IEnumerable<string> Folders() =>
        Directory.Exists(folders.Shipped)
            ? Directory
                .EnumerateDirectories(folders.Shipped)
                .Where(f => File.Exists(Path.Combine(f, RunArchive.RunFile)))
                .Order(StringComparer.Ordinal)
            : [];

    private async Task RemoveOthersAsync(HashSet<string> shipped, CancellationToken stop)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var known = await db.Runs.Where(r => r.Shipped).Select(r => r.Id).ToListAsync(stop);
        foreach (var id in known.Where(id => !shipped.Contains(id)))
        {
            store.Delete(id, shippedToo: true);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The shipped run {Folder} is left out: {Reason}")]
    private static partial void LogRefused(ILogger log, string folder, string reason);
}
