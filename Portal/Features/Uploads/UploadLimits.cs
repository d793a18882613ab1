using CllClip.Portal.Layout.Components;
using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Uploads;

/// <summary>What an upload may take.</summary>
internal static class UploadLimits
{
    /// <summary>Why an upload cannot begin; null if it can.</summary>
    /// <param name="fileName">The person's name for the file.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="open">Uploads that nothing uses yet.</param>
    /// <param name="options">The settings.</param>
    /// <param name="dataRoot">Whose disk it goes to.</param>
    public static UploadRefusal? Refuse(
        string fileName,
        long length,
        IReadOnlyCollection<UploadItem> open,
        UploadOptions options,
        string dataRoot
    )
    {
        if (length > options.MaxBytes)
        {
            return new(
                StatusCodes.Status413PayloadTooLarge,
                "The file is too large",
                $"“{fileName}” has {Formats.Bytes(length)}; uploads of at most {Formats.Bytes(options.MaxBytes)} are taken. Put it on the server and register its folder, or raise the setting {UploadOptions.Section}:MaxBytes."
            );
        }
        if (open.Count >= options.MaxOpen)
        {
            return new(
                StatusCodes.Status409Conflict,
                "Too many uploads",
                $"{open.Count} uploads are open already. Register or discard one of them first."
            );
        }
        var promised = open.Sum(i => i.Record.Length - i.Offset);
        if (DiskSpace.Free(dataRoot) is { } free && length > free - promised - DiskSpace.Reserve)
        {
            return new(
                StatusCodes.Status507InsufficientStorage,
                "The disk has no room for it",
                $"“{fileName}” needs {Formats.Bytes(length)}; {Formats.Bytes(Math.Max(0, free - promised - DiskSpace.Reserve))} are free for it on the disk of the data root"
                    + (promised > 0 ? $", as {Formats.Bytes(promised)} are promised to other uploads" : "")
                    + ". Free some space, or discard other uploads."
            );
        }
        return null;
    }
}
