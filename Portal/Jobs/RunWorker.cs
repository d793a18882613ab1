using System.Globalization;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Portal.Telemetry;
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
    DiskRoom room,
    RunSpace space,
    PortalFolders folders,
    PortalOptions options,
    TimeProvider time,
    ILogger<RunWorker> log,
    PortalTraces? traces = null
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
                while (!stop.IsCancellationRequested && WorkNext(lane, stop)) { }
            },
            $"training on {lane}"
        );
    }

    /// <summary>Trains the lane's next run; false if none waits.</summary>
    private bool WorkNext(string lane, CancellationToken shutdown)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        RunEntity? run = null;
        IDisposable? inHand = null;
        Insist(() => inHand = active.Take(() => (run = store.Claim(lane, $"Training begins on {lane}."))?.Id, stop), shutdown);
        using (inHand)
        {
            if (run is null || inHand is null)
            {
                return false;
            }
            Work(run, stop, shutdown);
            return true;
        }
    }

    private void Work(RunEntity run, CancellationTokenSource stop, CancellationToken shutdown)
    {
        RunRecorder? recorder = null;
        using var scope = log.BeginScope("Run {RunId} on {Lane}", run.Id, run.Lane);
        using var trace = new RunTrace(traces, run);
        try
        {
            var (dataset, others, plan, model) = Prepare(run);
            PutDamagedAside(run, plan.CheckpointFolder, stop.Token);
            room.Check(space.Needed(run, plan, [dataset, .. others], model, stop.Token));
            room.Forget(run.Id);
            var finished = CheckpointChain.CountStages(plan.CheckpointFolder);
            using var steps = new StepFile(folders.Steps(run.Id), finished, time, words => store.Log(run.Id, "warning", words));
            recorder = new RunRecorder(run, dataset, finished, store, feed, steps, time);
            stop.Token.ThrowIfCancellationRequested();
            Trainer(run, dataset, others, model, recorder, stop.Token).Run(plan, trace.Before(recorder), stop.Token);
            End(run, trace, recorder, [RunState.Completed], _ => Words(recorder, run), null, shutdown);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The store decides in one step: what a person asked to stop is stopped, what has no room is paused, anything else goes back to the queue.
            var pause = shutdown.IsCancellationRequested ? null : active.PauseOf(run.Id);
            End(
                run,
                trace,
                recorder,
                [RunState.Stopped, pause is null ? RunState.Queued : RunState.Paused],
                state => WordsEarly(state, recorder, pause),
                pause,
                shutdown
            );
        }
        catch (Exception error) when (error is NoRoomException || DiskSpace.IsCauseOf(error))
        {
            var (words, needed) = error is NoRoomException none ? (none.Message, none.Needed) : (RunErrors.Explain(error), 0);
            room.Refused(run.Id, needed, error is not NoRoomException);
            trace.Failed(error);
            End(run, trace, recorder, [RunState.Paused, RunState.Stopped], _ => words, words, shutdown);
        }
        catch (Exception error)
        {
            if (error is not EngineException)
            {
                LogFailed(log, error, run.Id);
            }
            var words = RunErrors.Explain(error);
            trace.Failed(error);
            End(run, trace, recorder, [RunState.Failed], _ => words, words, shutdown);
        }
    }

    /// <summary>
    /// Stages that are not as they were written, and those after them, are trained again, as a damaged checkpoint within a stage is passed over: a power cut at night
    /// is not to leave the machine idle until somebody comes.
    /// </summary>
    private void PutDamagedAside(RunEntity run, string chain, CancellationToken stop)
    {
        if (
            CheckpointChain.FindDamage(chain, stop) is { Stage: var stage } damage
            && CheckpointChain.PutAside(chain, stage - 1) is var aside
        )
        {
            store.Log(
                run.Id,
                "warning",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{damage.Fault}. From stage {stage} on the run is trained again; {aside} {(aside == 1 ? "stage was" : "stages were")} put aside ({CheckpointChain.FolderOf(chain, stage)}.aside)."
                )
            );
        }
    }

    /// <exception cref="EngineException">Data set, model or device are not there, or not those that the run began with.</exception>
    private (IRetrievalDataset Dataset, IReadOnlyList<IRetrievalDataset> Others, RunPlan Plan, ClipModel Model) Prepare(RunEntity run)
    {
        var dataset = Dataset(run.Dataset);
        var others = run.TestSets.Select(Dataset).ToList();
        var model = engine.Model(run.Model, run.Lane);
        var plan = RunPlans.ToPlan(
            run,
            dataset,
            run.ChainFolder ?? folders.Chain(run.Id),
            TimeSpan.FromSeconds(options.Jobs.CheckpointSeconds)
        );
        var now = RunProvenance.Of(dataset, model, run.Lane, others);
        if (run.Provenance is { } before && CheckpointChain.CountStages(plan.CheckpointFolder) > 0)
        {
            CheckUnchanged(run.Dataset, before.DataRevision, now.DataRevision);
            foreach (var set in others)
            {
                CheckUnchanged(set.Id, before.TestSetRevisions?.GetValueOrDefault(set.Id) ?? set.Revision, set.Revision);
            }
        }
        if (run.Provenance is { } began && began.Device != now.Device)
        {
            store.Log(
                run.Id,
                "warning",
                $"The run began on {began.Device} and goes on on {now.Device}: it may end with other scores than one that stayed where it began."
            );
        }
        store.Update(run.Id, row => row.Provenance = now);
        return (dataset, others, plan, model);
    }

    /// <summary>The trainer with the teacher's embeddings, which are computed where nobody did before: that may take long and can be stopped.</summary>
    private ContinualTrainer Trainer(
        RunEntity run,
        IRetrievalDataset dataset,
        IReadOnlyList<IRetrievalDataset> others,
        ClipModel model,
        RunRecorder recorder,
        CancellationToken stop
    )
    {
        TeacherFeatures Features(IRetrievalDataset set) =>
            (traces?.Start("teacher features", (SpanTags.Dataset, set.Id), (SpanTags.Model, run.Model))).During(() =>
                engine.Features(set, run.Model, run.Lane, new EmbeddingProgress(recorder, set.Name), stop)
            );
        var testSets = others.Select(set => new TestSet(set, Features(set))).ToList();
        return new ContinualTrainer(dataset, model, Features(dataset), testSets: testSets);
    }

    private IRetrievalDataset Dataset(string id) =>
        engine.Datasets.FirstOrDefault(d => d.Id == id)
        ?? throw new EngineException($"Data set '{id}' is not there. Prepare it, then resume the run.");

    private static void CheckUnchanged(string dataset, string before, string now)
    {
        if (before != now)
        {
            throw new EngineException(
                $"Data set '{dataset}' has changed since the run began (revision {Short(before)}, now {Short(now)}), so its stages do not compare. Launch the run again from its page."
            );
        }
    }

    /// <summary>Stores the end: state, reason, aggregates and duration in one transaction.</summary>
    private void End(
        RunEntity run,
        RunTrace trace,
        RunRecorder? recorder,
        IReadOnlyList<RunState> to,
        Func<RunState, string> reason,
        string? error,
        CancellationToken shutdown
    ) =>
        Insist(
            () =>
                trace.Ended(
                    store
                        .MoveToFirst(
                            run.Id,
                            to,
                            reason,
                            row =>
                            {
                                row.Error = row.State is RunState.Failed or RunState.Paused ? error : null;
                                row.EndedAt = row.State is RunState.Queued or RunState.Paused ? null : store.Now;
                                if (recorder is not null)
                                {
                                    row.DurationSeconds = recorder.Worked;
                                    row.Progress = recorder.Progress;
                                    row.Summary = recorder.Finished > 0 ? recorder.Summary : row.Summary;
                                }
                            },
                            error is null ? "info"
                                : to.Contains(RunState.Paused) ? "warning"
                                : "error"
                        )
                        .State
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

    private static string After(RunRecorder? recorder) =>
        recorder is { Finished: > 0 } ? string.Create(CultureInfo.InvariantCulture, $" after stage {recorder.Finished}") : "";

    private static string WordsEarly(RunState state, RunRecorder? recorder, string? pause) =>
        state == RunState.Stopped ? $"Stopped as asked{After(recorder)}."
        : pause is not null ? pause
        : $"The portal was shut down{After(recorder)}; the run goes on by itself when it is started again.";

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
