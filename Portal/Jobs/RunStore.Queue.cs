using CllClip.Portal.Storage;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Jobs;

/// <summary>Where a queued run is to go within its lane; exactly one of the three is given.</summary>
/// <param name="Before">Id of the queued run that it is to be started before.</param>
/// <param name="After">Id of the queued run that it is to be started after.</param>
/// <param name="Position">Its new place among the queued runs of its lane, from 1; beyond the last means the last.</param>
public sealed record QueueMove(string? Before = null, string? After = null, int? Position = null);

/// <summary>The queue's order.</summary>
public sealed partial class RunStore
{
    /// <summary>
    /// Moves a queued run within its lane. The places that the lane's queued runs hold are dealt out anew among them, so runs that are not queued now keep theirs:
    /// one that is resumed comes back to where it was.
    /// </summary>
    /// <returns>A conflict where the run, or the one that it is put beside, does not wait in the lane any more; a worker may have claimed it just now.</returns>
    public ActionResult MoveInQueue(string id, QueueMove move)
    {
        ArgumentNullException.ThrowIfNull(move);
        lock (_one)
        {
            using var db = contexts.CreateDbContext();
            if (db.Runs.Find(id) is not { } run)
            {
                return ActionResult.NotFound(id);
            }
            if (run.State != RunState.Queued)
            {
                return ActionResult.Conflict($"“{run.Name}” is {Word(run.State)}; only queued runs can be moved.");
            }
            var queue = Waiting(db, run.Lane).ToList();
            var places = queue.Select(r => r.QueuePosition).ToList();
            queue.Remove(run);
            if (Place(queue, move) is not { } place)
            {
                return ActionResult.Conflict(
                    $"Run '{move.Before ?? move.After}' does not wait for {run.Lane} (any more); the order stays as it is."
                );
            }
            queue.Insert(place, run);
            for (var i = 0; i < queue.Count; i++)
            {
                queue[i].QueuePosition = places[i];
            }
            db.SaveChanges();
            return ActionResult.Done;
        }
    }

    private static int? Place(List<RunEntity> others, QueueMove move)
    {
        if (move.Position is { } position)
        {
            return Math.Clamp(position - 1, 0, others.Count);
        }
        var index = others.FindIndex(r => r.Id == (move.Before ?? move.After));
        return index < 0 ? null
            : move.Before is not null ? index
            : index + 1;
    }

    /// <summary>The queued runs of a lane in the order in which they are claimed.</summary>
    private static IQueryable<RunEntity> Waiting(PortalDbContext db, string lane) =>
        db.Runs.Where(r => r.State == RunState.Queued && r.Lane == lane).OrderBy(r => r.QueuePosition).ThenBy(r => r.Number);
}
