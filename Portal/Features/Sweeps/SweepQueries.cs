using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;

namespace CllClip.Portal.Features.Sweeps;

/// <summary>Reads sweeps: they are made of their runs each time they are asked for.</summary>
public sealed class SweepQueries(RunQueries runs)
{
    /// <summary>The sweep with its runs; null if there is none of that id.</summary>
    public async Task<SweepView?> GetAsync(string id, CancellationToken stop = default)
    {
        if (!RunIds.IsWellFormed(id))
        {
            return null;
        }
        var found = await runs.ListAsync(
            new RunFilter
            {
                Sweep = id,
                Descending = false,
                Take = RunQueries.MostAtOnce,
            },
            stop
        );
        return found.Items.Count > 0 ? SweepView.Of(found.Items) : null;
    }
}
