using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Schedule;
using CllClip.Portal.Features.Sweeps;
using CllClip.Portal.Jobs;
using CllClip.Portal.Localization;
using CllClip.Portal.Storage;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Access;

/// <summary>The desk as the person at a page may use it: everybody who may look sees runs, what acts goes through the door. No page has to remember to ask.</summary>
internal sealed class GuardedRunDesk(IRunDesk desk, Door door) : IRunDesk
{
    public Task<RunList> ListAsync(RunFilter filter, CancellationToken stop = default) => desk.ListAsync(filter, stop);

    public Task<RunDetails?> OpenAsync(string id, CancellationToken stop = default) => desk.OpenAsync(id, stop);

    public Task<(RunView Run, IReadOnlyList<StageView> Stages)?> RefreshAsync(string id, CancellationToken stop = default) =>
        desk.RefreshAsync(id, stop);

    public Task<LaunchContext> LaunchContextAsync(CancellationToken stop = default) => desk.LaunchContextAsync(stop);

    public Task<SubmitResult> SubmitAsync(IReadOnlyList<RunRequest> requests, CancellationToken stop = default) =>
        LaunchAsync(Acts.LaunchRun, () => desk.SubmitAsync(requests, stop), result => [.. result.Runs.Select(r => r.Id)]);

    public Task<SubmitResult> SubmitSweepAsync(SweepRequest sweep, CancellationToken stop = default) =>
        LaunchAsync(
            Acts.LaunchSweep,
            () => desk.SubmitSweepAsync(sweep, stop),
            result => [.. result.Runs.Select(r => r.SweepId).OfType<string>().Distinct()]
        );

    public Task<SweepView?> SweepAsync(string id, CancellationToken stop = default) => desk.SweepAsync(id, stop);

    public Task<string?> StopAsync(string id, CancellationToken stop = default) =>
        door.DoAsync(Acts.StopRun, id, () => desk.StopAsync(id, stop));

    public Task<string?> ResumeAsync(string id, CancellationToken stop = default) =>
        door.DoAsync(Acts.ResumeRun, id, () => desk.ResumeAsync(id, stop));

    public Task<(int Stage, string Fault)?> FindDamageAsync(string id, CancellationToken stop = default) => desk.FindDamageAsync(id, stop);

    public Task<string?> DeleteAsync(string id, CancellationToken stop = default) =>
        door.DoAsync(Acts.DeleteRun, id, () => desk.DeleteAsync(id, stop));

    public Task<IReadOnlyList<string>> IdsAsync(RunFilter filter, CancellationToken stop = default) => desk.IdsAsync(filter, stop);

    public Task<RunSources> SourcesAsync(CancellationToken stop = default) => desk.SourcesAsync(stop);

    public Task<long> SizeAsync(IReadOnlyCollection<string> ids, CancellationToken stop = default) => desk.SizeAsync(ids, stop);

    public Task<ScheduleView> ScheduleAsync(PageText text, CancellationToken stop = default) => desk.ScheduleAsync(text, stop);

    public Task<string?> MoveAsync(string id, QueueMove move, CancellationToken stop = default) =>
        door.DoAsync(Acts.MoveRun, id, () => desk.MoveAsync(id, move, stop));

    public Task<IReadOnlyDictionary<string, string[]>> EditAsync(string id, RunEdit edit, CancellationToken stop = default) =>
        door.DoAsync<IReadOnlyDictionary<string, string[]>>(
            Acts.EditRun,
            [id],
            () => desk.EditAsync(id, edit, stop),
            words => new Dictionary<string, string[]> { ["run"] = [words] },
            errors =>
                errors.Count == 0 ? AuditOutcome.Done
                : errors.ContainsKey("run") ? AuditOutcome.Conflict
                : AuditOutcome.Invalid
        );

    public Task<TagsResult> TagAsync(IReadOnlyCollection<string> ids, TagChange change, CancellationToken stop = default) =>
        TagAsync(Acts.TagRun, [.. ids], () => desk.TagAsync(ids, change, stop));

    public Task<TagsResult> RenameTagAsync(string from, string to, CancellationToken stop = default) =>
        TagAsync(Acts.RenameTag, [from], () => desk.RenameTagAsync(from, to, stop));

    public Task<IReadOnlyList<TagCount>> TagsAsync(CancellationToken stop = default) => desk.TagsAsync(stop);

    public IDisposable Watch(string? runId, RunHandlers handlers) => desk.Watch(runId, handlers);

    private Task<SubmitResult> LaunchAsync(
        Act act,
        Func<Task<SubmitResult>> launch,
        Func<SubmitResult, IReadOnlyCollection<string>> made
    ) =>
        door.DoAsync(
            act,
            [],
            launch,
            words => new SubmitResult([], new Dictionary<string, string[]> { ["access"] = [words] }),
            result => result.Errors.Count == 0 ? AuditOutcome.Done : AuditOutcome.Invalid,
            made
        );

    private Task<TagsResult> TagAsync(Act act, IReadOnlyCollection<string> targets, Func<Task<TagsResult>> tag) =>
        door.DoAsync(
            act,
            targets,
            tag,
            words => new TagsResult(0, [words]),
            result => result.Refused.Count == 0 ? AuditOutcome.Done : AuditOutcome.Conflict
        );
}
