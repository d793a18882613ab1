using System.Collections.Concurrent;
using CllClip.Portal.Hosting;
using CllClip.Portal.Layout.Components;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Jobs;

/// <summary>The room on the disks of data root and database, and which runs wait for more of it. Safe to use from any thread.</summary>
public sealed class DiskRoom(PortalFolders folders, PortalOptions options, TimeProvider time)
{
    /// <summary>A disk that refuses although it says that it has room (a quota, say) is tried again after this.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMinutes(1);

    private const long Noticeable = 1 << 20;

    private readonly ConcurrentDictionary<string, Refusal> _refusals = new();
    private readonly Lock _lock = new();

    /// <summary>Raised, on any thread, when there has come to be little room, or enough again; handlers must not block.</summary>
    public event Action? Changed;

    /// <summary>Bytes that are kept free, so that the database can always be written.</summary>
    public long Reserve => options.Jobs.ReserveMegabytes * 1_000_000L;

    /// <summary>Free bytes when last looked at; null where the system does not say.</summary>
    public long? Free { get; private set; }

    /// <summary>Whether the reserve is being used up.</summary>
    public bool IsLow { get; private set; }

    /// <summary>What is wrong and what to do, for the history of a run and for people.</summary>
    internal string Words =>
        $"Only {Formats.Bytes(Free ?? 0)} are free on the disk that holds the data root; {Formats.Bytes(Reserve)} are kept for the database. Free some space";

    /// <summary>Looks at the disks.</summary>
    internal long? Look()
    {
        long? free = null;
        foreach (var folder in new[] { folders.DataRoot, Path.GetDirectoryName(folders.Database) })
        {
            if (folder is not null && DiskSpace.Free(folder) is { } here && !(here >= free))
            {
                free = here;
            }
        }
        bool turned;
        lock (_lock)
        {
            Free = free;
            turned = IsLow != free < Reserve;
            IsLow ^= turned;
        }
        if (turned)
        {
            Changed?.Invoke();
        }
        return free;
    }

    /// <exception cref="NoRoomException">A run needs more than is free beside the reserve.</exception>
    internal void Check(long needed)
    {
        if (Look() is { } free && free < Reserve + needed)
        {
            throw new NoRoomException(
                needed == 0 || free < Reserve
                    ? $"{Words}; the run goes on by itself then."
                    : $"The run is expected to write about {Formats.Bytes(needed)}, and {Formats.Bytes(Math.Max(0, free - Reserve))} are free for it on the disk that holds the data root ({Formats.Bytes(Reserve)} are kept for the database). Free some space; the run goes on by itself then.",
                needed
            );
        }
    }

    /// <summary>Notes what a run is paused for.</summary>
    /// <param name="id">The run.</param>
    /// <param name="needed">Bytes that it still needs.</param>
    /// <param name="full">Whether the disk itself refused, whatever it says of its room.</param>
    internal void Refused(string id, long needed, bool full) =>
        _refusals[id] = new(needed, full ? DiskFree() : -1, full ? time.GetTimestamp() : null);

    /// <summary>Forgets a run that waits no more.</summary>
    internal void Forget(string id) => _refusals.TryRemove(id, out _);

    /// <summary>Whether a paused run can go on.</summary>
    internal bool MayGoOn(string id)
    {
        if (Free is not { } free)
        {
            return true; // unknown; the disk says it when it is written to
        }
        if (!_refusals.TryGetValue(id, out var refusal))
        {
            return free >= Reserve + (Reserve / 4); // of an earlier process: what it needs is found out when it is begun
        }
        var again = refusal.At is not { } at || free > refusal.Free + Noticeable || time.GetElapsedTime(at) >= BetweenTries;
        return again && free >= Reserve + Math.Max(refusal.Needed, Reserve / 4);
    }

    private long DiskFree() => Look() ?? 0;

    private sealed record Refusal(long Needed, long Free, long? At);
}
