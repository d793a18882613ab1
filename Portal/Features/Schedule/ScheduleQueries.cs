using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;

namespace CllClip.Portal.Features.Schedule;

/// <summary>Reads what the devices have to do.</summary>
public sealed class ScheduleQueries(RunQueries queries, RunMeasurements measurements, TimeProvider time)
{
    /// <summary>The schedule as it is expected now.</summary>
    public async Task<ScheduleView> GetAsync(CancellationToken stop = default)
    {
        var runs = await queries.UnfinishedAsync(stop);
        var known = runs.Count > 0 ? (await measurements.FindAsync(stop)).Known : [];
        return ScheduleView.Of(time.GetUtcNow().UtcDateTime, runs, run => measurements.Estimate(run, known));
    }
}
