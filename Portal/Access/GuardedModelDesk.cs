using CllClip.Portal.Features.Models;
using CllClip.Portal.Jobs;

namespace CllClip.Portal.Access;

/// <summary>The desk of base models as the person at a page may use it.</summary>
internal sealed class GuardedModelDesk(IModelDesk desk, IAccess access) : IModelDesk
{
    public bool MayChange => access.MayChange;

    public async Task<IReadOnlyList<ModelResponse>> ListAsync(CancellationToken stop = default)
    {
        var models = await desk.ListAsync(stop);
        return access.MayChange ? models : [.. models.Select(m => m.WithoutPaths())];
    }

    public Task<RegisterResult> RegisterAsync(ModelRequest request, CancellationToken stop = default) =>
        access.MayChange
            ? desk.RegisterAsync(request, stop)
            : Task.FromResult(new RegisterResult(null, new Dictionary<string, string[]> { ["access"] = [GuardedRunDesk.Refused] }));

    public Task<ActionResult> RemoveAsync(string id, CancellationToken stop = default) =>
        access.MayChange ? desk.RemoveAsync(id, stop) : Task.FromResult(ActionResult.Conflict(GuardedRunDesk.Refused));
}
