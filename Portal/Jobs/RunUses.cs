using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Jobs;

/// <summary>Which runs still need something that somebody wants to take away.</summary>
public sealed class RunUses(IDbContextFactory<PortalDbContext> contexts)
{
    private static readonly RunState[] NotEnded = [RunState.Queued, RunState.Running, RunState.Stopping];

    /// <summary>Names of the runs on a data set that wait or go on.</summary>
    public IReadOnlyList<string> OfDataset(string id)
    {
        using var db = contexts.CreateDbContext();
        return
        [
            .. db
                .Runs.AsNoTracking()
                .Where(r => NotEnded.Contains(r.State))
                .ToList()
                .Where(r => r.Dataset == id || r.TestSets.Contains(id))
                .Select(r => r.Name),
        ];
    }
}
