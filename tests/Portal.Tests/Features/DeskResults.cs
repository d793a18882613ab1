using CllClip.Portal.Features.Leaderboard;
using CllClip.Portal.Features.Runs;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Tests.Features;

/// <summary>The results of a desk's made-up runs.</summary>
public sealed class DeskResults(IRunDesk desk) : IOwnResults
{
    public async Task<OwnResults> ReadAsync(bool stopped, CancellationToken stop = default)
    {
        var leftOut = 0;
        var entries = new List<BoardEntry>();
        foreach (var run in (await desk.ListAsync(new RunFilter { Take = 1000, Descending = false }, stop)).Items)
        {
            if (await desk.OpenAsync(run.Id, stop) is { Scores.All.Count: > 0 } details)
            {
                if (!stopped && run.State is RunState.Stopped or RunState.Failed)
                {
                    leftOut += details.Stages.Count > 0 ? 1 : 0;
                    continue;
                }
                var stages = run.State == RunState.Completed ? int.MaxValue : details.Stages.Count;
                entries.Add(
                    OwnEntries.Of(details.Run, StageScores.Build(details.Scores.All, stages, run.Dataset), details.Stages.Count) with
                    {
                        Cost = RunCost.Of(details.Stages, details.Run.Provenance),
                    }
                );
            }
        }
        return new(entries, leftOut);
    }
}
