using CllClip.Portal.Features.Launch;
using CllClip.Portal.Features.Schedule;
using CllClip.Portal.Localization;
using CllClip.Shared.Runs;
using Xunit;

namespace CllClip.Portal.Tests.Features.Schedule;

public sealed class ScheduleViewTests
{
    private static readonly DateTime Now = new(2026, 11, 26, 8, 0, 0, DateTimeKind.Utc);

    private static RunEstimate Minutes(double? minutes) => new(minutes * 60, null, null, "from somewhere");

    [Fact]
    public void Runs_of_a_lane_follow_each_other_and_lanes_go_on_side_by_side()
    {
        var half = SampleDesk.Run("half", RunState.Queued) with
        {
            Progress = SampleDesk.Run("x", RunState.Running).Progress! with { Fraction = 0.5 },
        };
        var schedule = ScheduleView.Of(
            Now,
            [
                ("cpu", SampleDesk.Run("now", RunState.Running)), // 143 s left by its own reckoning
                ("cuda:0", SampleDesk.Run("gpu", RunState.Queued)),
                ("cpu", SampleDesk.Run("next", RunState.Queued)),
                ("cpu", half),
            ],
            _ => Minutes(10),
            PageText.English
        );
        Assert.Equal(["cpu", "cuda:0"], schedule.Lanes.Select(l => l.Lane));
        var cpu = schedule.Lanes[0].Runs;
        Assert.Equal([null, 1, 2], cpu.Select(r => r.Position));
        Assert.Equal([143.0, 600, 300], cpu.Select(r => r.SecondsLeft!.Value));
        Assert.Equal(Now.AddSeconds(143), cpu[1].Start);
        Assert.Equal(Now.AddSeconds(743), cpu[2].Start);
        Assert.Equal(Now.AddSeconds(1043), schedule.Lanes[0].FreeAt);
        Assert.Equal("from its own speed so far", cpu[0].Source);
        Assert.Contains("less the share that is done", cpu[2].Source, StringComparison.Ordinal);
        Assert.Equal((Now, Now.AddMinutes(10)), (schedule.Lanes[1].Runs[0].Start, schedule.Lanes[1].Runs[0].End));
    }

    [Fact]
    public void After_a_run_of_unknown_length_nothing_is_claimed_to_be_known()
    {
        var schedule = ScheduleView.Of(
            Now,
            [("cpu", SampleDesk.Run("a", RunState.Queued)), ("cpu", SampleDesk.Run("b", RunState.Queued))],
            run => Minutes(run.Id == "a" ? null : 5),
            PageText.English
        );
        Assert.Equal(Now, schedule.Lanes[0].Runs[0].Start);
        Assert.Equal((null, null), (schedule.Lanes[0].Runs[0].End, schedule.Lanes[0].FreeAt));
        Assert.Equal(
            (null, null, 300.0),
            (schedule.Lanes[0].Runs[1].Start, schedule.Lanes[0].Runs[1].End, schedule.Lanes[0].Runs[1].SecondsLeft)
        );
    }
}
