using CllClip.Portal.Hosting;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Storage;

/// <summary>Where the checkpoints of runs lie: in the data root, or, of runs that ship, where they came with the program.</summary>
public sealed class RunChains(IDbContextFactory<PortalDbContext> contexts, PortalFolders folders)
{
    /// <summary>The folder of a run's checkpoint chain, which need not exist; null if there is no such run.</summary>
    public async Task<string?> FolderAsync(string id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var found = await db.Runs.Where(r => r.Id == id).Select(r => new { r.ChainFolder }).FirstOrDefaultAsync(stop);
        return found is null ? null : found.ChainFolder ?? folders.Chain(id);
    }
}
