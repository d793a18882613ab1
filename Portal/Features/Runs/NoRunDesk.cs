using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>What the pages show where the portal has no job service: nothing to list, and nothing can be launched.</summary>
internal sealed class NoRunDesk : IRunDesk, IDisposable
{
    private const string Word = "This portal has no job service.";

    public Task<RunList> ListAsync(RunFilter filter, CancellationToken stop = default) => Task.FromResult(new RunList([], 0));

    public Task<RunDetails?> OpenAsync(string id, CancellationToken stop = default) => Task.FromResult<RunDetails?>(null);

    public Task<(RunView Run, IReadOnlyList<StageView> Stages)?> RefreshAsync(string id, CancellationToken stop = default) =>
        Task.FromResult<(RunView, IReadOnlyList<StageView>)?>(null);

    public Task<LaunchContext> LaunchContextAsync(CancellationToken stop = default) =>
        Task.FromResult(new LaunchContext([("emoji36", "Emoji36")], ["emoji-base"], null, [], 128, ["auto", "cpu"]));

    public Task<SubmitResult> SubmitAsync(IReadOnlyList<RunRequest> requests, CancellationToken stop = default) =>
        throw new InvalidOperationException(Word);

    public Task<string?> StopAsync(string id, CancellationToken stop = default) => Task.FromResult<string?>(Word);

    public Task<string?> ResumeAsync(string id, CancellationToken stop = default) => Task.FromResult<string?>(Word);

    public Task<string?> DeleteAsync(string id, CancellationToken stop = default) => Task.FromResult<string?>(Word);

    public IDisposable Watch(string? runId, RunHandlers handlers) => this;

    public void Dispose() { }
}
