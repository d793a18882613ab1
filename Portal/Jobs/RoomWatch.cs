using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Jobs;

/// <summary>Pauses the runs in hand before the disk is full, and puts paused ones back into the queue when there is room.</summary>
internal sealed partial class RoomWatch(
    DiskRoom room,
    ActiveRuns active,
    RunStore store,
    TrainingLanes queue,
    IDbContextFactory<PortalDbContext> contexts,
    TimeProvider time,
    ILogger<RoomWatch> log
) : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks, time);
        try
        {
            do
            {
                try
                {
                    await LookAsync();
                }
                catch (Exception refused) when (refused is not OperationCanceledException)
                {
                    LogRefused(log, (refused.InnerException ?? refused).Message); // a full disk, most of all: the watch goes on
                }
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // the portal ends
        }
    }

    private async Task LookAsync()
    {
        room.Look();
        if (room.IsLow)
        {
            foreach (var id in active.Ids)
            {
                active.Pause(id, $"{room.Words}; the run goes on by itself then.");
            }
            return;
        }
        foreach (var (id, lane) in Paused())
        {
            if (
                room.MayGoOn(id)
                && store.Move(id, RunState.Queued, "There is room on the disk again.", run => run.Error = null, "info").Outcome
                    == ActionOutcome.Done
            )
            {
                await queue.WakeOrRetryAsync(lane);
            }
        }
    }

    private List<(string Id, string Lane)> Paused()
    {
        using var db = contexts.CreateDbContext();
        return
        [
            .. db
                .Runs.Where(r => r.State == RunState.Paused)
                .OrderBy(r => r.QueuePosition)
                .Select(r => new { r.Id, r.Lane })
                .AsEnumerable()
                .Select(r => (r.Id, r.Lane)),
        ];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Paused runs could not be looked at ({Reason}); again in a moment")]
    private static partial void LogRefused(ILogger log, string reason);
}
