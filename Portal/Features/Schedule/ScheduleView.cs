using CllClip.Portal.Features.Launch;
using CllClip.Portal.Localization;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Schedule;

/// <summary>A run that goes on or waits, and when it is expected to.</summary>
public sealed record ScheduledRun
{
    /// <summary>The run.</summary>
    public required RunView Run { get; init; }

    /// <summary>Its place among the queued runs of its lane, from 1; null for the one in hand.</summary>
    public int? Position { get; init; }

    /// <summary>When it began or is expected to (UTC); null where the time of a run before it is not known.</summary>
    public DateTime? Start { get; init; }

    /// <summary>When it is expected to end (UTC); null where that is not known.</summary>
    public DateTime? End { get; init; }

    /// <summary>Seconds that are left of it; null while unknown.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>What the estimate rests on, in words.</summary>
    public required string Source { get; init; }
}

/// <summary>What one device has to do.</summary>
/// <param name="Lane">The device: <c>cpu</c>, <c>cuda:0</c>.</param>
/// <param name="Runs">The run in hand, then the queued ones in their order.</param>
/// <param name="FreeAt">When the last is expected to end (UTC); null where that is not known.</param>
public sealed record LaneSchedule(string Lane, IReadOnlyList<ScheduledRun> Runs, DateTime? FreeAt);

/// <summary>What is worked on, and what comes next.</summary>
/// <param name="At">When this was said (UTC).</param>
/// <param name="Lanes">One a device that has something to do.</param>
public sealed record ScheduleView(DateTime At, IReadOnlyList<LaneSchedule> Lanes)
{
    /// <summary>Lays the runs of each lane one after the other.</summary>
    /// <param name="now">The present (UTC).</param>
    /// <param name="runs">Runs in hand and queued, with their lanes; in each lane in the order of working.</param>
    /// <param name="estimate">What a run is expected to take from its beginning.</param>
    /// <param name="text">The language of <see cref="ScheduledRun.Source"/>; that of <paramref name="estimate"/> too.</param>
    public static ScheduleView Of(
        DateTime now,
        IEnumerable<(string Lane, RunView Run)> runs,
        Func<RunView, RunEstimate> estimate,
        PageText text
    )
    {
        ArgumentNullException.ThrowIfNull(estimate);
        ArgumentNullException.ThrowIfNull(text);
        return new ScheduleView(
            now,
            [
                .. runs.GroupBy(r => r.Lane, r => r.Run)
                    .OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => Lane(g.Key, now, g, estimate, text)),
            ]
        );
    }

    private static LaneSchedule Lane(
        string lane,
        DateTime now,
        IEnumerable<RunView> runs,
        Func<RunView, RunEstimate> estimate,
        PageText text
    )
    {
        DateTime? free = now;
        var position = 0;
        var scheduled = new List<ScheduledRun>();
        foreach (var run in runs)
        {
            var queued = run.State == RunState.Queued;
            var (seconds, source) = Left(run, estimate, text);
            var end = free is { } from && seconds is { } length ? from.AddSeconds(length) : (DateTime?)null;
            scheduled.Add(
                new ScheduledRun
                {
                    Run = run,
                    Position = queued ? ++position : null,
                    Start = queued ? free : run.StartedAt,
                    End = end,
                    SecondsLeft = seconds,
                    Source = source,
                }
            );
            free = end;
        }
        return new LaneSchedule(lane, scheduled, free);
    }

    private static (double? Seconds, string Source) Left(RunView run, Func<RunView, RunEstimate> estimate, PageText text)
    {
        if (run.State == RunState.Stopping)
        {
            return (0, text["ends with the step at hand"]);
        }
        if (run.State == RunState.Running && run.Progress?.SecondsLeft is { } left)
        {
            return (left, text["from its own speed so far"]);
        }
        var whole = estimate(run);
        var done = Math.Clamp(run.Progress?.Fraction ?? 0, 0, 1);
        return (whole.Seconds * (1 - done), done > 0 ? text["{0}; less the share that is done", whole.Source] : whole.Source);
    }
}
