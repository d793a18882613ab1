using System.Globalization;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Training;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CllClip.Portal.Jobs;

/// <summary>Trains the queued runs of one lane one after the other, each on a thread of its own.</summary>
public sealed partial class RunWorker(
    IEngineHost engine,
    RunStore store,
    RunFeed feed,
    ActiveRuns active,
    PortalFolders folders,
    IDbContextFactory<PortalDbContext> contexts,
    TimeProvider time,
    ILogger<RunWorker> log
)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>Works until no run of the lane waits any more.</summary>
    /// <param name="lane">Device: <c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="stop">The portal shuts down: the run at hand goes back to the queue.</param>
    public async Task WorkAsync(string lane, CancellationToken stop)
    {
        await engine.Ready.WaitAsync(stop);
        await OnOwnThread(
            () =>
            {
                while (!stop.IsCancellationRequested && Claim(lane, stop) is { } run)
                {
                    Work(run, stop);
                }
            },
            $"training on {lane}"
        );
    }

    private RunEntity? Claim(string lane, CancellationToken shutdown)
    {
        RunEntity? run = null;
        Insist(() => run = store.Claim(lane, $"Training begins on {lane}."), shutdown);
        return run;
    }

    private void Work(RunEntity run, CancellationToken shutdown)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        using var inHand = active.Take(run.Id, stop);
        if (StateOf(run.Id) is not RunState.Running)
        {
            stop.Cancel(); // asked to stop between claim and here
        }
        RunRecorder? recorder = null;
        try
        {
            var (dataset, plan, trainer) = Prepare(run);
            recorder = new RunRecorder(run, dataset, CheckpointChain.CountStages(plan.CheckpointFolder), store, feed, time);
            stop.Token.ThrowIfCancellationRequested();
            trainer.Run(plan, recorder, stop.Token);
            End(run, recorder, RunState.Completed, Words(recorder, run), null, shutdown);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            var asked = StateOf(run.Id) is RunState.Stopping;
            var (state, reason) = asked
                ? (RunState.Stopped, $"Stopped as asked{After(recorder)}.")
                : (RunState.Queued, $"The portal was shut down{After(recorder)}; the run goes on by itself when it is started again.");
            End(run, recorder, state, reason, null, shutdown);
        }
        catch (Exception error)
        {
            if (error is not EngineException)
            {
                LogFailed(log, error, run.Id);
            }
            var words = RunErrors.Explain(error);
            End(run, recorder, RunState.Failed, words, words, shutdown);
        }
    }

    /// <exception cref="EngineException">Data set, model or device are not there, or not those that the run began with.</exception>
    private (IRetrievalDataset Dataset, RunPlan Plan, ContinualTrainer Trainer) Prepare(RunEntity run)
    {
        var dataset =
            engine.Datasets.FirstOrDefault(d => d.Id == run.Dataset)
            ?? throw new EngineException($"Data set '{run.Dataset}' is not there. Prepare it, then resume the run.");
        var model = engine.Model(run.Model, run.Lane);
        var plan = RunPlans.ToPlan(run, dataset, run.ChainFolder ?? folders.Chain(run.Id));
        var now = RunProvenance.Of(dataset, model, run.Lane);
        if (
            run.Provenance is { } before
            && before.DataRevision != now.DataRevision
            && CheckpointChain.CountStages(plan.CheckpointFolder) > 0
        )
        {
            throw new EngineException(
                $"Data set '{run.Dataset}' has changed since the run began (revision {Short(before.DataRevision)}, now {Short(now.DataRevision)}), so its stages do not compare. Launch the run again from its page."
            );
        }
        store.Update(run.Id, row => row.Provenance = now);
        return (dataset, plan, new ContinualTrainer(dataset, model, engine.Features(run.Dataset, run.Model, run.Lane)));
    }

    /// <summary>Stores the end: state, reason, aggregates and duration in one transaction.</summary>
    private void End(RunEntity run, RunRecorder? recorder, RunState state, string reason, string? error, CancellationToken shutdown) =>
        Insist(
            () =>
                store.Move(
                    run.Id,
                    state,
                    reason,
                    row =>
                    {
                        row.Error = error;
                        row.EndedAt = state == RunState.Queued ? null : store.Now;
                        if (recorder is not null)
                        {
                            row.DurationSeconds = recorder.Worked;
                            row.Progress = recorder.Progress;
                            row.Summary = recorder.Finished > 0 ? recorder.Summary : row.Summary;
                        }
                    },
                    error is null ? "info" : "error"
                ),
            shutdown
        );

    /// <summary>
    /// Tries until the database takes it (a full disk has room again) or the portal shuts down; then the next start finds the row as it was and puts the
    /// run back into the queue.
    /// </summary>
    private void Insist(Action write, CancellationToken shutdown)
    {
        for (var wait = TimeSpan.FromSeconds(0.2); ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            try
            {
                write();
                return;
            }
            catch (Exception refused) when (refused is DbUpdateException or SqliteException)
            {
                LogRefused(log, (refused.InnerException ?? refused).Message, wait.TotalSeconds);
                if (shutdown.WaitHandle.WaitOne(wait) && wait >= TimeSpan.FromSeconds(3))
                {
                    return;
                }
            }
        }
    }

    private RunState? StateOf(string id)
    {
        using var db = contexts.CreateDbContext();
        return db.Runs.Where(r => r.Id == id).Select(r => (RunState?)r.State).FirstOrDefault();
    }

    private static string After(RunRecorder? recorder) =>
        recorder is { Finished: > 0 } ? string.Create(CultureInfo.InvariantCulture, $" after stage {recorder.Finished}") : "";

    private static string Words(RunRecorder recorder, RunEntity run) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Done: {run.Languages.Count} languages in {TimeSpan.FromSeconds(recorder.Worked):h\\:mm\\:ss}, AR {recorder.Summary.ArT2i:0.0} (text to image)."
        );

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] + "…" : hash;

    /// <summary>The engine's loops are synchronous, and its scopes belong to a thread.</summary>
    private static Task OnOwnThread(Action work, string name)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                work();
                ended.SetResult();
            }
            catch (Exception error)
            {
                ended.SetException(error);
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return ended.Task;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Run {Id} failed")]
    private static partial void LogFailed(ILogger log, Exception error, string id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database refuses ({Reason}); trying again in {Seconds} s")]
    private static partial void LogRefused(ILogger log, string reason, double seconds);
}
