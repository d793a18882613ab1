using System.Security.Cryptography;
using CllClip.Engine;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Hosting;
using CllClip.Portal.Layout.Components;

namespace CllClip.Portal.Features.Uploads;

/// <summary>
/// The uploads there are, a folder each under the data root. Whether something uses an upload the registrations of data sets and models say, nobody else.
/// Safe to use from any thread.
/// </summary>
public sealed class UploadShelf(PortalFolders folders, UploadOptions options, CorpusShelf corpora, BaseModels bases, TimeProvider time)
{
    private readonly Lock _lock = new();
    private Dictionary<string, UploadItem>? _items;

    /// <summary>Raised, on any thread, when an upload began, ended or changed its state; handlers must not block.</summary>
    public event Action? Changed;

    /// <summary>Raised when an upload is whole and can be unpacked.</summary>
    internal event Action<string>? Whole;

    /// <summary>The settings.</summary>
    public UploadOptions Options => options;

    /// <summary>All uploads, the oldest first.</summary>
    public IReadOnlyList<Upload> All
    {
        get
        {
            var users = Users();
            return [.. Items().Select(i => View(i, users)).OrderBy(u => u.CreatedAt).ThenBy(u => u.Id, StringComparer.Ordinal)];
        }
    }

    /// <summary>The upload of an id, or null.</summary>
    public Upload? Find(string id) => Item(id) is { } item ? View(item, Users()) : null;

    /// <summary>The folder that a ready upload's data set or model lies in; null, and why not.</summary>
    /// <param name="id">The upload.</param>
    /// <param name="isIt">Whether a folder is what is wanted: of a single folder within a folder the inner one is taken, unless the outer is it.</param>
    /// <param name="wrong">Why there is none.</param>
    public string? Folder(string id, Func<string, bool> isIt, out string? wrong)
    {
        ArgumentNullException.ThrowIfNull(isIt);
        var upload = Find(id);
        wrong = upload switch
        {
            null => "There is no such upload; perhaps it has expired. Upload the file again.",
            { State: UploadState.Receiving } =>
                $"The upload of “{upload.FileName}” is not complete: {Formats.Bytes(upload.Offset)} of {Formats.Bytes(upload.Length)} are here. Let it end first.",
            { State: UploadState.Waiting or UploadState.Unpacking } =>
                $"“{upload.FileName}” is still being unpacked. Wait until it is ready.",
            { State: UploadState.Failed } => upload.Error,
            { UsedBy: { } user } => $"“{upload.FileName}” is in use by the {user}. Remove that first, or upload the file again.",
            _ => null,
        };
        return wrong is null ? Innermost(Item(id)!.FilesFolder, isIt) : null;
    }

    /// <summary>Begins an upload; null, and why not.</summary>
    /// <param name="fileName">The person's name for the file, checked.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <param name="metadata">To be given back.</param>
    /// <param name="refusal">Why not.</param>
    /// <exception cref="EngineException">The disk refuses.</exception>
    internal Upload? Create(string fileName, long length, string metadata, out UploadRefusal? refusal)
    {
        var users = Users();
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        lock (_lock)
        {
            List<UploadItem> open = [.. Items().Where(i => !users.ContainsKey(i.Record.Id))];
            refusal = UploadLimits.Refuse(fileName, length, open, options, folders.DataRoot);
            if (refusal is not null)
            {
                return null;
            }
            var now = time.GetUtcNow().UtcDateTime;
            var item = new UploadItem(new(id, fileName, length, metadata, now, now, null), Path.Combine(folders.Uploads, id), time);
            UploadFiles.Write(item);
            _items![id] = item;
        }
        Changed?.Invoke();
        return Find(id);
    }

    /// <summary>Removes an upload with all of its files; null, or why not. Nothing happens where there is none.</summary>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public string? Remove(string id)
    {
        if (Users().TryGetValue(id, out var user))
        {
            return $"The {user} uses it. Remove that, and its files go with it.";
        }
        UploadItem? item;
        lock (_lock)
        {
            item = Items().FirstOrDefault(i => i.Record.Id == id);
            if (item is null)
            {
                return null;
            }
            item.Gone = true;
            _items!.Remove(id);
        }
        item.Stop.Cancel();
        if (item.TryTake()) // else whoever works on it does this at the end
        {
            UploadFiles.Delete(item.Folder);
        }
        Changed?.Invoke();
        return null;
    }

    /// <summary>Has an archive unpacked again that the disk had no room for; null, or why not.</summary>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public string? Retry(string id)
    {
        if (Item(id) is not { Record.Unpacked: { MayRetry: true } } item || !item.TryTake())
        {
            return "There is nothing to try again.";
        }
        try
        {
            item.Record = item.Record with { Unpacked = null };
            Touch(item);
        }
        finally
        {
            item.Release();
        }
        return null;
    }

    /// <summary>Removes what has expired, and folders that nothing is known of.</summary>
    /// <returns>Names of the files that went.</returns>
    internal IReadOnlyList<string> Sweep()
    {
        var now = time.GetUtcNow().UtcDateTime;
        List<Upload> expired = [.. All.Where(u => u.ExpiresAt <= now && u.State is not (UploadState.Waiting or UploadState.Unpacking))];
        return [.. expired.Where(u => Remove(u.Id) is null).Select(u => u.FileName)];
    }

    internal UploadItem? Item(string id) => Items().FirstOrDefault(i => i.Record.Id == id);

    /// <summary>Keeps what an upload has come to, and says so.</summary>
    /// <exception cref="EngineException">The disk refuses.</exception>
    internal void Touch(UploadItem item, UnpackOutcome? outcome = null)
    {
        item.Record = item.Record with { TouchedAt = time.GetUtcNow().UtcDateTime, Unpacked = outcome ?? item.Record.Unpacked };
        if (!item.Gone)
        {
            UploadFiles.Write(item);
        }
        if (outcome is null && item.Offset == item.Record.Length)
        {
            Whole?.Invoke(item.Record.Id);
        }
        Changed?.Invoke();
    }

    /// <summary>Says that there is news of an upload that it cannot know of itself.</summary>
    internal void Say() => Changed?.Invoke();

    private List<UploadItem> Items()
    {
        lock (_lock)
        {
            _items ??= UploadFiles.Read(folders.Uploads, time).ToDictionary(i => i.Record.Id, StringComparer.Ordinal);
            return [.. _items.Values];
        }
    }

    /// <summary>What each upload in use is used by.</summary>
    private Dictionary<string, string> Users()
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (entry, _, _, _, _) in corpora.All)
        {
            if (entry.Upload is { } upload)
            {
                users[upload] = $"data set {entry.Registration.Id}";
            }
        }
        foreach (var (id, upload) in bases.Uploads)
        {
            users[upload] = $"base model {id}";
        }
        return users;
    }

    private Upload View(UploadItem item, Dictionary<string, string> users)
    {
        var record = item.Record;
        var meter = item.Meter;
        return new Upload
        {
            Id = record.Id,
            FileName = record.FileName,
            Length = record.Length,
            Offset = item.Offset,
            State =
                record.Unpacked is { } outcome ? (outcome.Error is null ? UploadState.Ready : UploadState.Failed)
                : meter is not null ? UploadState.Unpacking
                : item.Offset == record.Length ? UploadState.Waiting
                : UploadState.Receiving,
            Fraction = meter?.Fraction,
            SecondsLeft = meter?.SecondsLeft,
            Files = record.Unpacked is { Error: null } ? record.Unpacked.Files : null,
            UnpackedBytes = record.Unpacked is { Error: null } ? record.Unpacked.Bytes : null,
            Error = record.Unpacked?.Error,
            MayRetry = record.Unpacked is { MayRetry: true },
            UsedBy = users.GetValueOrDefault(record.Id),
            CreatedAt = record.CreatedAt,
            ExpiresAt = users.ContainsKey(record.Id) ? null : record.TouchedAt.AddHours(options.ExpireHours),
        };
    }

    private static string Innermost(string folder, Func<string, bool> isIt)
    {
        for (var at = folder; ; )
        {
            if (isIt(at))
            {
                return at;
            }
            if (Directory.EnumerateFileSystemEntries(at).Take(2).ToList() is not [var only] || !Directory.Exists(only))
            {
                return at;
            }
            at = only;
        }
    }
}
