using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.Data.Sqlite;
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
                    await LookAsync(stoppingToken);
                }
                catch (Exception refused) when (refused is DbUpdateException or SqliteException)
                {
                    LogRefused(log, (refused.InnerException ?? refused).Message);
                }
            } while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // the portal ends
        }
    }

    private async Task LookAsync(CancellationToken stop)
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
                await queue.WakeAsync(lane, stop);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database refuses ({Reason}); paused runs are looked at again soon")]
    private static partial void LogRefused(ILogger log, string reason);
}
