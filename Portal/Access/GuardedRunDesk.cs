using CllClip.Portal.Features.Runs;
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

    public Task<string?> StopAsync(string id, CancellationToken stop = default) => Guard(() => desk.StopAsync(id, stop));

    public Task<string?> ResumeAsync(string id, CancellationToken stop = default) => Guard(() => desk.ResumeAsync(id, stop));

    public Task<string?> DeleteAsync(string id, CancellationToken stop = default) => Guard(() => desk.DeleteAsync(id, stop));

    public IDisposable Watch(string? runId, RunHandlers handlers) => desk.Watch(runId, handlers);

    private Task<string?> Guard(Func<Task<string?>> act) => access.MayChange ? act() : Task.FromResult<string?>(Refused);
}
