using CllClip.Portal.Layout.Components;

namespace CllClip.Portal.Features.Schedule;

/// <summary>What devices have to do, as a table: one row a run, in the order of working.</summary>
internal static class ScheduleTable
{
    public static TableFile Of(IEnumerable<LaneSchedule> lanes) =>
        new(
            ["lane", "place", "id", "name", "state", "begins_at", "ends_at", "seconds_left", "estimated"],
            from lane in lanes
            from run in lane.Runs
            select (IReadOnlyList<object?>)
                [
                    lane.Lane,
                    run.Position ?? 0,
                    run.Run.Id,
                    run.Run.Name,
                    run.Run.State.ToString(),
                    run.Start,
                    run.End,
                    run.SecondsLeft,
                    run.Source,
                ]
        );
}
