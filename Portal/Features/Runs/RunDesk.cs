using CllClip.Engine;
using CllClip.Engine.Device;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Launch;
using CllClip.Portal.Features.Schedule;
using CllClip.Portal.Features.Sweeps;
using CllClip.Portal.Hosting;
using CllClip.Portal.Jobs;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>The desk over the portal's own queue and database.</summary>
internal sealed class RunDesk(
    RunQueries queries,
    RunChains chains,
    SweepQueries sweeps,
    RunService runs,
    ScoreLogs scores,
    SharedWatches watches,
    IEngineHost engine,
    RunMeasurements measurements,
    DiskRoom room,
    ScheduleQueries schedule,
    RunStore store,
    PortalFolders folders,
    BaseModels bases
) : IRunDesk
{
    private const int MostDevices = 16;
    private readonly Lazy<IReadOnlyList<string>> _devices = new(FindDevices);

    public Task<RunList> ListAsync(RunFilter filter, CancellationToken stop = default) => queries.ListAsync(filter, stop);

    public async Task<RunDetails?> OpenAsync(string id, CancellationToken stop = default)
    {
        if (await queries.GetAsync(id, stop) is not { } run)
        {
            return null;
        }
        var shown = scores.Of(id, run.Dataset);
        shown.Add(await queries.ScoresAsync(id, 0, stop));
        var stages = await queries.StagesAsync(id, stop);
        var chain = await chains.FolderAsync(id, stop);
        return new RunDetails(run, shown, stages, await queries.LogAsync(id, stop))
        {
            Steps = queries.Steps(id),
            Unanswered = stages.Select(s => s.Stage).Where(s => chain is null || !RankFile.Exists(chain, s)).ToHashSet(),
        };
    }

    public async Task<(RunView Run, IReadOnlyList<StageView> Stages)?> RefreshAsync(string id, CancellationToken stop = default) =>
        await queries.GetAsync(id, stop) is { } run ? (run, await queries.StagesAsync(id, stop)) : null;

    public async Task<LaunchContext> LaunchContextAsync(CancellationToken stop = default)
    {
        var datasets = engine.Datasets;
        var models = engine.ModelIds;
        var (known, provisional) = await measurements.FindAsync(stop);
        return new LaunchContext(
            datasets.Count > 0 ? [.. datasets.Select(d => (d.Id, d.Name))] : [("emoji36", "Emoji36")],
            models,
            datasets,
            known,
            models.Count > 0 ? Width(models[0]) : 0,
            engine.Preparation.Ready ? _devices.Value : ["auto", "cpu"],
            provisional
        )
        {
            FreeBytes = room.Look() is { } free ? Math.Max(0, free - room.Reserve) : null,
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            LearningRates =
                datasets.Count == 0
                    ? new Dictionary<string, double>()
                    : models.ToDictionary(m => m, m => engine.Defaults(datasets[0], m).LearningRate),
        };
    }

    public Task<SubmitResult> SubmitAsync(IReadOnlyList<RunRequest> requests, CancellationToken stop = default) =>
        runs.LaunchAsync(requests, stop);

    public Task<SubmitResult> SubmitSweepAsync(SweepRequest sweep, CancellationToken stop = default) => runs.LaunchSweepAsync(sweep, stop);

    public Task<SweepView?> SweepAsync(string id, CancellationToken stop = default) => sweeps.GetAsync(id, stop);

    public async Task<string?> StopAsync(string id, CancellationToken stop = default) => (await runs.StopAsync(id)).Message;

    public async Task<string?> ResumeAsync(string id, CancellationToken stop = default) => (await runs.ResumeAsync(id)).Message;

    public async Task<(int Stage, string Fault)?> FindDamageAsync(string id, CancellationToken stop = default) =>
        await runs.FindDamageAsync(id, stop) is { } damage ? (damage.Stage, damage.Fault) : null;

    public async Task<string?> DeleteAsync(string id, CancellationToken stop = default) => (await runs.DeleteAsync(id)).Message;

    public Task<IReadOnlyList<string>> IdsAsync(RunFilter filter, CancellationToken stop = default) => queries.IdsAsync(filter, stop);

    public Task<RunSources> SourcesAsync(CancellationToken stop = default) => queries.SourcesAsync(stop);

    public Task<long> SizeAsync(IReadOnlyCollection<string> ids, CancellationToken stop = default) =>
        Task.Run(() => ids.Where(RunIds.IsWellFormed).Sum(id => FolderSize.Of(folders.Run(id), stop)), stop);

    public Task<ScheduleView> ScheduleAsync(PageText text, CancellationToken stop = default) => schedule.GetAsync(text, stop);

    public Task<string?> MoveAsync(string id, QueueMove move, CancellationToken stop = default) =>
        Task.FromResult(store.MoveInQueue(id, move).Message);

    public Task<IReadOnlyDictionary<string, string[]>> EditAsync(string id, RunEdit edit, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var errors = edit.Check();
        return Task.FromResult(
            errors.Count > 0 ? errors
            : store.Edit(id, edit).Message is { } refusal ? new Dictionary<string, string[]> { ["run"] = [refusal] }
            : errors
        );
    }

    public Task<TagsResult> TagAsync(IReadOnlyCollection<string> ids, TagChange change, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (RunValidation.TagsProblem(change.Add) is { } problem)
        {
            return Task.FromResult(new TagsResult(0, [problem]));
        }
        var (changed, refused) = store.Tag(ids, [.. change.Add], [.. change.Remove]);
        return Task.FromResult(new TagsResult(changed, refused));
    }

    public Task<TagsResult> RenameTagAsync(string from, string to, CancellationToken stop = default)
    {
        if (RunValidation.TagsProblem([to]) is not null)
        {
            return Task.FromResult(new TagsResult(0, ["A tag has 1 to 50 characters, none of them a control character."]));
        }
        var (changed, refused) = store.RenameTag(from, to);
        return Task.FromResult(new TagsResult(changed, refused));
    }

    public Task<IReadOnlyList<TagCount>> TagsAsync(CancellationToken stop = default) => Task.FromResult(store.Tags());

    public IDisposable Watch(string? runId, RunHandlers handlers) => watches.Join(runId, handlers);

    private int Width(string model)
    {
        try
        {
            return bases.Find(model) is { } found ? ClipConfig.Load(Path.Combine(found.Folder, "config.json")).Text.Tower.Width : 0;
        }
        catch (EngineException)
        {
            return 0; // the form has no estimate of disk space then; launching says what is wrong with the model
        }
    }

    private static List<string> FindDevices()
    {
        List<string> devices = ["auto", "cpu"];
        for (var i = 0; i < MostDevices; i++)
        {
            try
            {
                devices.Add(DeviceChoice.ResolveName($"cuda:{i}"));
            }
            catch (EngineException)
            {
                break;
            }
        }
        return devices;
    }
}
