using CllClip.Portal.Features.Runs;
using CllClip.Portal.Features.Schedule;
using CllClip.Portal.Features.Sweeps;
using CllClip.Portal.Jobs;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Access;

/// <summary>The desk as the person at a page may use it: everybody who may look sees runs, only those who may change get further. No page has to remember to ask.</summary>
internal sealed class GuardedRunDesk(IRunDesk desk, IAccess access) : IRunDesk
{
    internal const string Refused =
        "This portal is open for looking; changes need its token. Open the address with the token that stands on the server's console.";

    public Task<RunList> ListAsync(RunFilter filter, CancellationToken stop = default) => desk.ListAsync(filter, stop);

    public Task<RunDetails?> OpenAsync(string id, CancellationToken stop = default) => desk.OpenAsync(id, stop);

    public Task<(RunView Run, IReadOnlyList<StageView> Stages)?> RefreshAsync(string id, CancellationToken stop = default) =>
        desk.RefreshAsync(id, stop);

    public Task<LaunchContext> LaunchContextAsync(CancellationToken stop = default) => desk.LaunchContextAsync(stop);

    public Task<SubmitResult> SubmitAsync(IReadOnlyList<RunRequest> requests, CancellationToken stop = default) =>
        access.MayChange
            ? desk.SubmitAsync(requests, stop)
            : Task.FromResult(new SubmitResult([], new Dictionary<string, string[]> { ["access"] = [Refused] }));

    public Task<SubmitResult> SubmitSweepAsync(SweepRequest sweep, CancellationToken stop = default) =>
        access.MayChange
            ? desk.SubmitSweepAsync(sweep, stop)
            : Task.FromResult(new SubmitResult([], new Dictionary<string, string[]> { ["access"] = [Refused] }));

    public Task<SweepView?> SweepAsync(string id, CancellationToken stop = default) => desk.SweepAsync(id, stop);

    public Task<string?> StopAsync(string id, CancellationToken stop = default) => Guard(() => desk.StopAsync(id, stop));

    public Task<string?> ResumeAsync(string id, CancellationToken stop = default) => Guard(() => desk.ResumeAsync(id, stop));

    public Task<string?> DeleteAsync(string id, CancellationToken stop = default) => Guard(() => desk.DeleteAsync(id, stop));

    public Task<IReadOnlyList<string>> IdsAsync(RunFilter filter, CancellationToken stop = default) => desk.IdsAsync(filter, stop);

    public Task<long> SizeAsync(IReadOnlyCollection<string> ids, CancellationToken stop = default) => desk.SizeAsync(ids, stop);

    public Task<ScheduleView> ScheduleAsync(PageText text, CancellationToken stop = default) => desk.ScheduleAsync(text, stop);

    public Task<string?> MoveAsync(string id, QueueMove move, CancellationToken stop = default) =>
        Guard(() => desk.MoveAsync(id, move, stop));

    public Task<IReadOnlyDictionary<string, string[]>> EditAsync(string id, RunEdit edit, CancellationToken stop = default) =>
        access.MayChange
            ? desk.EditAsync(id, edit, stop)
            : Task.FromResult<IReadOnlyDictionary<string, string[]>>(new Dictionary<string, string[]> { ["run"] = [Refused] });

    public Task<TagsResult> TagAsync(IReadOnlyCollection<string> ids, TagChange change, CancellationToken stop = default) =>
        access.MayChange ? desk.TagAsync(ids, change, stop) : Task.FromResult(new TagsResult(0, [Refused]));

    public Task<TagsResult> RenameTagAsync(string from, string to, CancellationToken stop = default) =>
        access.MayChange ? desk.RenameTagAsync(from, to, stop) : Task.FromResult(new TagsResult(0, [Refused]));

    public Task<IReadOnlyList<TagCount>> TagsAsync(CancellationToken stop = default) => desk.TagsAsync(stop);

    public IDisposable Watch(string? runId, RunHandlers handlers) => desk.Watch(runId, handlers);

    private Task<string?> Guard(Func<Task<string?>> act) => access.MayChange ? act() : Task.FromResult<string?>(Refused);
}
