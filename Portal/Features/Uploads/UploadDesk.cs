using CllClip.Engine;
using CllClip.Portal.Access;

namespace CllClip.Portal.Features.Uploads;

/// <summary>Uploads as the person at a page may use them: only those who may upload see and remove them.</summary>
public sealed class UploadDesk(UploadShelf shelf, Door door)
{
    /// <summary>Largest file in bytes.</summary>
    public long MaxBytes => shelf.Options.MaxBytes;

    /// <summary>Hours after which an upload that nothing uses is removed.</summary>
    public double ExpireHours => shelf.Options.ExpireHours;

    /// <summary>Uploads that nothing uses yet, the oldest first.</summary>
    public IReadOnlyList<Upload> Open => door.May(Acts.SeeUploads) ? [.. shelf.All.Where(u => u.UsedBy is null)] : [];

    /// <summary>Calls a handler, on any thread, when something has changed, until disposed.</summary>
    public IDisposable Watch(Action changed)
    {
        shelf.Changed += changed;
        return new Subscription(() => shelf.Changed -= changed);
    }

    /// <summary>Removes an upload; null, or why not.</summary>
    public Task<string?> RemoveAsync(string id) => door.DoAsync(Acts.DeleteUpload, id, shelf.Remove);

    /// <summary>Has an archive unpacked again that the disk had no room for; null, or why not.</summary>
    public Task<string?> RetryAsync(string id) => door.DoAsync(Acts.UnpackUpload, id, shelf.Retry);

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
