using CllClip.Portal.Features.Datasets;

namespace CllClip.Portal.Features.Uploads;

/// <summary>An upload in memory. Its bytes are written by one request at a time.</summary>
internal sealed class UploadItem(UploadRecord record, string folder, TimeProvider time)
{
    private int _busy;

    /// <summary>What is kept of it.</summary>
    public UploadRecord Record { get; set; } = record;

    /// <summary>Its folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>The bytes so far.</summary>
    public string DataFile => Path.Combine(Folder, "data");

    /// <summary>What was unpacked.</summary>
    public string FilesFolder => Path.Combine(Folder, "files");

    /// <summary>Bytes that are on the disk.</summary>
    public long Offset { get; set; }

    /// <summary>How far unpacking is; null while it is not going on.</summary>
    public PhaseMeter? Meter { get; set; }

    /// <summary>Whether it was removed; whoever works on it takes its folder away at the end.</summary>
    public bool Gone { get; set; }

    /// <summary>Stops whoever works on it.</summary>
    public CancellationTokenSource Stop { get; } = new();

    /// <summary>Takes it for work of its own; false where somebody works on it.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _busy, 1, 0) == 0;

    /// <summary>Gives it back.</summary>
    public void Release() => Volatile.Write(ref _busy, 0);

    /// <summary>Begins to say how far unpacking is.</summary>
    public PhaseMeter Measure() => Meter = new PhaseMeter(time);
}
