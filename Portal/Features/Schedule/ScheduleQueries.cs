using CllClip.Portal.Features.Runs;
using CllClip.Portal.Jobs;
using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Schedule;

/// <summary>Reads what the devices have to do.</summary>
public sealed class ScheduleQueries(RunQueries queries, RunMeasurements measurements, TimeProvider time)
{
    /// <summary>The schedule as it is expected now.</summary>
    /// <param name="text">The language in which the estimates say what they rest on.</param>
    /// <param name="stop">Ends the reading.</param>
    public async Task<ScheduleView> GetAsync(PageText text, CancellationToken stop = default)
    {
        var runs = await queries.UnfinishedAsync(stop);
        var known = runs.Count > 0 ? (await measurements.FindAsync(stop)).Known : [];
        return ScheduleView.Of(time.GetUtcNow().UtcDateTime, runs, run => measurements.Estimate(run, known, text), text);
    }
}
