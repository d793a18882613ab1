using CllClip.Portal.Features.Runs;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Jobs;

/// <summary>
/// The one writer of runs: each call is one transaction, published to the feed once it is stored. Calls are synchronous, as SQLite is, and come one after
/// the other, so that positions have no gaps and messages keep their order.
/// </summary>
public sealed partial class RunStore(
    IDbContextFactory<PortalDbContext> contexts,
    RunFeed feed,
    TimeProvider time,
    IEnumerable<IRunEndings>? endings = null
)
{
    private readonly Lock _one = new();
    private readonly IReadOnlyList<IRunEndings> _endings = [.. endings ?? []];

    /// <summary>Raised when a run was deleted, with its id; handlers must not block.</summary>
    public event Action<string>? Deleted;

    public DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Adds new runs, all or none, in the state they carry; one that has a number (it takes another's place) keeps it.</summary>
    public void Add(IReadOnlyList<RunEntity> runs, string reason, Action<PortalDbContext>? with = null)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var news = new News();
        lock (_one)
        {
            using var db = contexts.CreateDbContext();
            using var transaction = db.Database.BeginTransaction();
            var number = db.Runs.Max(r => (long?)r.Number) ?? 0;
            foreach (var run in runs)
            {
                run.Number = run.QueuePosition = run.Number > 0 ? run.Number : ++number;
                db.Runs.Add(run);
                Enter(db, run, reason, news);
            }
            with?.Invoke(db);
            db.SaveChanges();
            transaction.Commit();
            news.Publish(feed);
        }
    }

    /// <summary>Moves a run into a state, if that may follow its own.</summary>
    /// <param name="id">The run.</param>
    /// <param name="to">The state to enter.</param>
    /// <param name="reason">Why, stored with it.</param>
    /// <param name="change">What else changes in the row, in the same transaction.</param>
    /// <param name="level">If given, the reason also goes into the run's log.</param>
    public ActionResult Move(string id, RunState to, string reason, Action<RunEntity>? change = null, string? level = null) =>
        Change(id, [to], _ => reason, change, level).Result;

    /// <summary>Moves the run into the first of several states that may follow its own; the reason may depend on which.</summary>
    public (ActionResult Result, RunState State) MoveToFirst(
        string id,
        IReadOnlyList<RunState> to,
        Func<RunState, string> reason,
        Action<RunEntity>? change = null,
        string? level = null
    ) => Change(id, to, reason, change, level);

    /// <summary>Takes the first queued run of a lane and marks it running; null if none waits. No run is moved, stopped or deleted meanwhile.</summary>
    public RunEntity? Claim(string lane, string reason)
    {
        lock (_one)
        {
            string? id;
            using (var db = contexts.CreateDbContext())
            {
                id = Waiting(db, lane).Select(r => r.Id).FirstOrDefault();
            }
            RunEntity? claimed = null;
            if (id is not null)
            {
                Move(
                    id,
                    RunState.Running,
                    reason,
                    run =>
                    {
                        run.StartedAt ??= Now;
                        run.EndedAt = null;
                        run.Error = null;
                        claimed = run;
                    }
                );
            }
            return claimed;
        }
    }

    /// <summary>Changes fields of a run that are not its state.</summary>
    public void Update(string id, Action<RunEntity> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (_one)
        {
            using var db = contexts.CreateDbContext();
            if (db.Runs.Find(id) is { } run)
            {
                change(run);
                db.SaveChanges();
            }
        }
    }

    /// <summary>The state of a run; null if there is none of that id.</summary>
    public RunState? StateOf(string id)
    {
        using var db = contexts.CreateDbContext();
        return db.Runs.Where(r => r.Id == id).Select(r => (RunState?)r.State).FirstOrDefault();
    }

    /// <summary>Deletes a run with all that belongs to it, if no worker has it in hand.</summary>
    /// <param name="id">The run.</param>
    /// <param name="shippedToo">Whether a run that came with the repository may go (it is about to be imported again).</param>
    public ActionResult Delete(string id, bool shippedToo = false)
    {
        lock (_one)
        {
            if (Remove(id, shippedToo) is { Outcome: not ActionOutcome.Done } refused)
            {
                return refused;
            }
        }
        Deleted?.Invoke(id);
        return ActionResult.Done;
    }

    private ActionResult Remove(string id, bool shippedToo)
    {
        using var db = contexts.CreateDbContext();
        using var transaction = db.Database.BeginTransaction();
        if (db.Runs.Find(id) is not { } run)
        {
            return ActionResult.NotFound(id);
        }
        if (RunTransitions.IsActive(run.State))
        {
            return ActionResult.Conflict($"“{run.Name}” is {Word(run.State)}. Stop it first.");
        }
        if (run.Shipped && !shippedToo)
        {
            return ActionResult.Conflict($"“{run.Name}” came with the portal and stays.");
        }
        db.Runs.Remove(run);
        db.SaveChanges();
        transaction.Commit();
        return ActionResult.Done;
    }

    /// <summary>A state in the middle of a sentence.</summary>
    internal static string Word(RunState state) => state.ToString().ToLowerInvariant();

    private (ActionResult Result, RunState State) Change(
        string id,
        IReadOnlyList<RunState> to,
        Func<RunState, string> reason,
        Action<RunEntity>? change,
        string? level
    )
    {
        var news = new News();
        lock (_one)
        {
            using var db = contexts.CreateDbContext();
            using var transaction = db.Database.BeginTransaction();
            if (db.Runs.Find(id) is not { } run)
            {
                return (ActionResult.NotFound(id), default);
            }
            if (run.Shipped)
            {
                return (ActionResult.Conflict($"“{run.Name}” came with the portal and stays as it is."), run.State);
            }
            var legal = to.Where(s => RunTransitions.IsLegal(run.State, s)).ToList();
            if (legal.Count == 0)
            {
                return (ActionResult.Conflict($"“{run.Name}” is {Word(run.State)}; it cannot become {Word(to[0])}."), run.State);
            }
            run.State = legal[0];
            change?.Invoke(run);
            var words = reason(run.State);
            Enter(db, run, words, news);
            if (level is not null)
            {
                AddLine(db, id, level, words, news);
            }
            if (RunTransitions.IsAtRest(run.State))
            {
                Each(e => e.Ended(db, run, Now));
            }
            db.SaveChanges();
            transaction.Commit();
            news.Publish(feed);
            Each(e => e.Stored());
            return (ActionResult.Done, run.State);
        }
    }

    private void Each(Action<IRunEndings> tell)
    {
        foreach (var ending in _endings)
        {
            tell(ending);
        }
    }

    private void Enter(PortalDbContext db, RunEntity run, string reason, News news)
    {
        var last = db.StateChanges.Where(c => c.RunId == run.Id).Max(c => (long?)c.Sequence) ?? 0;
        var row = new StateChangeEntity
        {
            RunId = run.Id,
            Sequence = last + 1,
            State = run.State,
            Reason = reason,
            At = Now,
        };
        db.StateChanges.Add(row);
        news.States.Add((row.ToMessage(), row.Sequence));
    }

    /// <summary>What is published once it is stored.</summary>
    private sealed class News
    {
        public List<ScoreMessage> Scores { get; } = [];
        public List<(StateMessage Message, long Sequence)> States { get; } = [];
        public List<(LogMessage Message, long Sequence)> Lines { get; } = [];

        public void Publish(RunFeed feed)
        {
            Scores.ForEach(feed.Publish);
            States.ForEach(s => feed.Publish(s.Message, s.Sequence));
            Lines.ForEach(l => feed.Publish(l.Message, l.Sequence));
        }
    }
}
