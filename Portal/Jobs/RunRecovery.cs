using CllClip.Engine;
using CllClip.Engine.Device;
using CllClip.Engine.Training;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Jobs;

/// <summary>
/// Takes up at start what the last process left behind: runs that were in its hands when it died go back to the queue, and all that wait go on. A run that was in
/// hand each time that the process died, and kept nothing meanwhile, is given up: a portal that is started again by itself would die of it for ever.
/// </summary>
public sealed partial class RunRecovery(
    IDbContextFactory<PortalDbContext> contexts,
    RunStore store,
    ActiveRuns active,
    TrainingLanes queue,
    PortalFolders folders,
    ILogger<RunRecovery> log
) : IHostedService
{
    /// <summary>After so many ends of the process in a row, without a checkpoint between them, a run is given up.</summary>
    internal const int MostDeaths = 10;

    private const string Died = "The portal ended while the run was in hand";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var lanes = Recover();
        foreach (var lane in lanes)
        {
            await queue.WakeAsync(lane, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Mends states and lanes; returns the lanes in which runs wait.</summary>
    internal IReadOnlyList<string> Recover()
    {
        foreach (var (id, state) in Rows(RunState.Running, RunState.Stopping))
        {
            if (active.Contains(id))
            {
                continue;
            }
            LogRecovered(log, id, state);
            if (state == RunState.Running && DeathsInVain(id) + 1 >= MostDeaths)
            {
                var why =
                    $"{Died}, {MostDeaths} times in a row, and nothing of it could be kept in between: it may be the run that ends the portal, by needing more memory than there is. Resume it to try again, or launch it anew with a smaller batch size.";
                store.Move(id, RunState.Failed, why, row => (row.Error, row.EndedAt) = (why, store.Now), "error");
            }
            else if (state == RunState.Running)
            {
                store.Move(id, RunState.Queued, $"{Died}; it goes on from its last checkpoint.", level: "warning");
            }
            else
            {
                store.Move(
                    id,
                    RunState.Stopped,
                    $"{Died}, which had been asked to stop; it can be resumed.",
                    row => row.EndedAt = store.Now,
                    "warning"
                );
            }
        }
        return [.. Rows(RunState.Queued).Select(r => LaneOf(r.Id)).OfType<string>().Distinct()];
    }

    /// <summary>How often the process died with this run in hand since it kept something, or since a person had a hand in it.</summary>
    private int DeathsInVain(string id)
    {
        using var db = contexts.CreateDbContext();
        var chain = db.Runs.Where(r => r.Id == id).Select(r => r.ChainFolder).Single() ?? folders.Chain(id);
        var kept = CheckpointChain.LastKept(chain) ?? default;
        return db
            .StateChanges.AsNoTracking()
            .Where(c => c.RunId == id && c.At > kept)
            .OrderByDescending(c => c.Sequence)
            .AsEnumerable()
            .TakeWhile(c => c.State == RunState.Running || IsDeath(c))
            .Count(IsDeath);

        static bool IsDeath(StateChangeEntity change) =>
            change.State == RunState.Queued && change.Reason.StartsWith(Died, StringComparison.Ordinal);
    }

    /// <summary>The machine may have changed since the run was queued: its device is looked up again.</summary>
    private string? LaneOf(string id)
    {
        string? lane = null;
        try
        {
            store.Update(id, row => row.Lane = lane = DeviceChoice.ResolveName(row.Device));
            return lane;
        }
        catch (EngineException error)
        {
            store.Move(id, RunState.Failed, error.Message, row => (row.Error, row.EndedAt) = (error.Message, store.Now), "error");
            return null;
        }
    }

    private List<(string Id, RunState State)> Rows(params RunState[] states)
    {
        using var db = contexts.CreateDbContext();
        return
        [
            .. db
                .Runs.Where(r => states.Contains(r.State))
                .OrderBy(r => r.Number)
                .Select(r => new { r.Id, r.State })
                .AsEnumerable()
                .Select(r => (r.Id, r.State)),
        ];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Run {Id} was {State} when the last process ended; taking it up again")]
    private static partial void LogRecovered(ILogger log, string id, RunState state);
}
