using CllClip.Portal.Features.Models;
using CllClip.Portal.Jobs;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Access;

/// <summary>The desk of base models as the person at a page may use it.</summary>
internal sealed class GuardedModelDesk(IModelDesk desk, Door door) : IModelDesk
{
    public async Task<IReadOnlyList<ModelResponse>> ListAsync(CancellationToken stop = default)
    {
        var models = await desk.ListAsync(stop);
        return door.May(Acts.RegisterModel) ? models : [.. models.Select(m => m.WithoutPaths())];
    }

    public Task<RegisterResult> RegisterAsync(ModelRequest request, CancellationToken stop = default) =>
        door.DoAsync(
            Acts.RegisterModel,
            [],
            () => desk.RegisterAsync(request, stop),
            words => new RegisterResult(null, new Dictionary<string, string[]> { ["access"] = [words] }),
            result => result.Model is null ? AuditOutcome.Invalid : AuditOutcome.Done,
            result => [result.Model!.Id]
        );

    public Task<ActionResult> RemoveAsync(string id, CancellationToken stop = default) =>
        door.DoAsync(
            Acts.DeleteModel,
            [id],
            () => desk.RemoveAsync(id, stop),
            ActionResult.Conflict,
            result =>
                result.Outcome switch
                {
                    ActionOutcome.Done => AuditOutcome.Done,
                    ActionOutcome.Conflict => AuditOutcome.Conflict,
                    _ => AuditOutcome.Missing,
                }
        );
}
