using CllClip.Engine;
using CllClip.Portal.Access;

namespace CllClip.Portal.Features.Uploads;

/// <summary>Uploads as the person at a page may use them: only those who may change anything see and remove them.</summary>
public sealed class UploadDesk(UploadShelf shelf, IAccess access)
{
    /// <summary>Whether the person may upload.</summary>
    public bool MayChange => access.MayChange;

    /// <summary>Largest file in bytes.</summary>
    public long MaxBytes => shelf.Options.MaxBytes;

    /// <summary>Hours after which an upload that nothing uses is removed.</summary>
    public double ExpireHours => shelf.Options.ExpireHours;

    /// <summary>Uploads that nothing uses yet, the oldest first.</summary>
    public IReadOnlyList<Upload> Open => access.MayChange ? [.. shelf.All.Where(u => u.UsedBy is null)] : [];

    /// <summary>Calls a handler, on any thread, when something has changed, until disposed.</summary>
    public IDisposable Watch(Action changed)
    {
        shelf.Changed += changed;
        return new Subscription(() => shelf.Changed -= changed);
    }

    /// <summary>Removes an upload; null, or why not.</summary>
    public string? Remove(string id) => Guard(() => shelf.Remove(id));

    /// <summary>Has an archive unpacked again that the disk had no room for; null, or why not.</summary>
    public string? Retry(string id) => Guard(() => shelf.Retry(id));

    private string? Guard(Func<string?> act)
    {
        if (!access.MayChange)
        {
            return GuardedRunDesk.Refused;
        }
        try
        {
            return act();
        }
        catch (EngineException error)
        {
            return error.Message;
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
