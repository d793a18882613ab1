using System.Globalization;
using CllClip.Engine;
using CllClip.Engine.Data;
using CllClip.Engine.Device;
using CllClip.Engine.Methods;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Sweeps;
using CllClip.Portal.Hosting;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Jobs;

/// <param name="Run">The run that was queued; null if the request was refused.</param>
/// <param name="Errors">Every wrong field with its messages; empty if the run was queued.</param>
public sealed record LaunchResult(RunView? Run, IReadOnlyDictionary<string, string[]> Errors);

/// <summary>What people and programs may ask of runs: launch, stop, resume, delete.</summary>
public sealed partial class RunService(
    IEngineHost engine,
    RunStore store,
    TrainingLanes queue,
    ActiveRuns active,
    PortalFolders folders,
    PortalOptions options,
    ILogger<RunService> log
)
{
    /// <summary>Checks a request and puts the run into the queue.</summary>
    public async Task<LaunchResult> LaunchAsync(RunRequest request, CancellationToken ct = default)
    {
        var result = await LaunchAsync([request], ct);
        return new LaunchResult(result.Runs.Count > 0 ? result.Runs[0] : null, result.Errors);
    }

    /// <summary>Checks requests and puts the runs into the queue, all or none; errors of several are put together by field.</summary>
    public Task<SubmitResult> LaunchAsync(IReadOnlyList<RunRequest> requests, CancellationToken ct = default) => QueueAsync(requests, null);

    /// <summary>Checks a sweep and puts its runs into the queue, all or none. Errors have the sweep's own names for fields.</summary>
    public async Task<SubmitResult> LaunchSweepAsync(SweepRequest sweep, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        if (SweepPlan.Check(sweep) is { Count: > 0 } wrong)
        {
            // What all runs have in common is named too, so that one answer tells everything.
            var common = RunValidation
                .Check(
                    sweep.Run with
                    {
                        Method = sweep.Methods is [var first, ..] ? first : sweep.Run.Method,
                        Teir = false,
                        Options = null,
                    },
                    engine.Datasets,
                    engine.ModelIds
                )
                .Select(e => KeyValuePair.Create(SweepPlan.FieldOf(sweep, e.Key), e.Value))
                .Where(e => !wrong.ContainsKey(e.Key));
            return new SubmitResult([], wrong.Concat(common).ToDictionary());
        }
        var result = await QueueAsync([.. SweepPlan.Expand(sweep)], SweepPlan.NameOf(sweep));
        return result with { Errors = result.Errors.ToDictionary(e => SweepPlan.FieldOf(sweep, e.Key), e => e.Value) };
    }

    private async Task<SubmitResult> QueueAsync(IReadOnlyList<RunRequest> requests, string? sweep)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var errors = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        var runs = new List<RunEntity>();
        foreach (var request in requests)
        {
            if (Check(request, errors) is var (dataset, device, lane))
            {
                runs.Add(RunPlans.ToRun(request, engine.Defaults(dataset, request.Model!), device, lane, store.Now));
            }
        }
        if (errors.Count > 0)
        {
            return new SubmitResult([], errors.ToDictionary(e => e.Key, e => e.Value.Distinct().ToArray()));
        }
        if (sweep is not null)
        {
            var id = RunIds.New();
            runs.ForEach(r => (r.SweepId, r.SweepName) = (id, sweep));
        }
        store.Add(runs, sweep is null ? "Launched." : "Launched with a sweep.");
        foreach (var lane in runs.Select(r => r.Lane).Distinct())
        {
            await queue.WakeOrRetryAsync(lane); // what is queued is worked on, even if the asker has gone
        }
        return new SubmitResult([.. runs.Select(r => r.ToView())], new Dictionary<string, string[]>());
    }

    /// <summary>Takes a queued run out of the queue, or has a running one stop at its next step; the work is kept.</summary>
    public Task<ActionResult> StopAsync(string id)
    {
        var result = active.Stop(id, inHand => NoteStop(id, inHand));
        return Task.FromResult(
            result.Outcome == ActionOutcome.Conflict
                ? ActionResult.Conflict($"Only queued, running and paused runs can be stopped. {result.Message}")
                : result
        );
    }

    /// <summary>A run in hand is stopped by its worker. Any other is stopped here, also one that is said to be running: nobody else would ever end it.</summary>
    private ActionResult NoteStop(string id, bool inHand)
    {
        void Ended(RunEntity run) => run.EndedAt = run.State == RunState.Stopped ? store.Now : null;
        var (result, state) = store.MoveToFirst(
            id,
            inHand ? [RunState.Stopping] : [RunState.Stopped, RunState.Stopping],
            _ => "A person asked to stop.",
            Ended,
            "info"
        );
        if (result.Outcome == ActionOutcome.Conflict && state == RunState.Paused)
        {
            return store.Move(id, RunState.Stopped, "A person asked to stop.", Ended, "info"); // it paused just now; its worker is letting go of it
        }
        return result.Outcome == ActionOutcome.Done && state == RunState.Stopping && !inHand
            ? store.Move(id, RunState.Stopped, "No worker had the run in hand any more; it can be resumed.", Ended, "warning")
            : result;
    }

    /// <summary>
    /// Puts a stopped, failed or paused run back into the queue; it goes on after its last finished stage. A completed one goes on where its checkpoint is damaged.
    /// </summary>
    public async Task<ActionResult> ResumeAsync(string id)
    {
        string lane = "";
        ActionResult result;
        try
        {
            var done = RunIds.IsWellFormed(id) ? CheckpointChain.CountStages(folders.Chain(id)) : 0;
            if (store.StateOf(id) == RunState.Completed)
            {
                if (await FindDamageAsync(id) is not { } damage)
                {
                    return ActionResult.Conflict(
                        "The run is completed and no stage of its checkpoint is damaged: there is nothing to resume. Launch it anew to train it with changes."
                    );
                }
                done = damage.Stage - 1;
            }
            result = store.Move(
                id,
                RunState.Queued,
                done > 0 ? string.Create(CultureInfo.InvariantCulture, $"Resumed after stage {done}.") : "Resumed from the beginning.",
                run =>
                {
                    run.Lane = lane = DeviceChoice.ResolveName(run.Device);
                    (run.Error, run.EndedAt) = (null, null);
                },
                "info"
            );
        }
        catch (EngineException error)
        {
            return ActionResult.Conflict(error.Message); // its device is not there any more
        }
        if (result.Outcome == ActionOutcome.Done)
        {
            await queue.WakeOrRetryAsync(lane);
        }
        return result.Outcome == ActionOutcome.Conflict
            ? ActionResult.Conflict($"Only stopped, failed and paused runs can be resumed. {result.Message}")
            : result;
    }

    /// <summary>The first stage of a run's checkpoint that is not as it was written; null if none is. Reads the whole checkpoint.</summary>
    public Task<DamagedStageException?> FindDamageAsync(string id, CancellationToken stop = default) =>
        RunIds.IsWellFormed(id)
            ? Task.Run(() => CheckpointChain.FindDamage(folders.Chain(id), stop), stop)
            : Task.FromResult<DamagedStageException?>(null);

    /// <summary>Deletes a run with scores and checkpoints, unless it is running or came with the portal.</summary>
    public Task<ActionResult> DeleteAsync(string id)
    {
        if (!RunIds.IsWellFormed(id))
        {
            return Task.FromResult(ActionResult.NotFound(id));
        }
        var result = store.Delete(id);
        if (result.Outcome == ActionOutcome.Done && Directory.Exists(folders.Run(id)))
        {
            try
            {
                Directory.Delete(folders.Run(id), true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                LogLeft(log, error, folders.Run(id));
            }
        }
        return Task.FromResult(result);
    }

    private (IRetrievalDataset Dataset, string Device, string Lane)? Check(
        RunRequest request,
        SortedDictionary<string, List<string>> errors
    )
    {
        var datasets = engine.Datasets;
        var dataset = datasets.FirstOrDefault(d => d.Id == request.Dataset);
        var found = RunValidation.Check(request, datasets, engine.ModelIds).ToDictionary(e => e.Key, e => e.Value);
        if (dataset is null && engine.Preparation is { Ready: false } preparation)
        {
            found["dataset"] = [NotReady(preparation)];
            found.Remove("testSets"); // nothing can be said of them yet
        }
        var device = request.Device ?? options.Device;
        var lane = "";
        if (!found.ContainsKey("device"))
        {
            try
            {
                lane = DeviceChoice.ResolveName(device);
            }
            catch (EngineException error)
            {
                found["device"] = [error.Message];
            }
        }
        foreach (var (field, messages) in found)
        {
            if (!errors.TryGetValue(field, out var list))
            {
                errors[field] = list = [];
            }
            list.AddRange(messages);
        }
        return found.Count == 0 ? (dataset!, device, lane) : null;
    }

    private static string NotReady(PreparationStatus preparation) =>
        preparation.Error is { } error
            ? $"The data set is not ready: {error}"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The data set is still being prepared ({preparation.Phase}, {100 * preparation.Fraction:0} %). Launch again when it is ready."
            );

    [LoggerMessage(Level = LogLevel.Warning, Message = "The run is deleted, but its folder {Folder} could not be; delete it by hand")]
    private static partial void LogLeft(ILogger log, Exception error, string folder);
}
