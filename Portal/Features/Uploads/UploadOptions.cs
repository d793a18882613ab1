using CllClip.Engine;

namespace CllClip.Portal.Features.Uploads;

/// <summary>The settings <c>CllClip:Uploads</c>.</summary>
public sealed class UploadOptions
{
    public const string Section = "CllClip:Uploads";

    /// <summary>Largest file in bytes.</summary>
    public long MaxBytes { get; set; } = 20_000_000_000;

    /// <summary>Most uploads at once that no data set or model uses yet.</summary>
    public int MaxOpen { get; set; } = 8;

    /// <summary>Hours after its last byte until an upload that nothing uses is removed.</summary>
    public double ExpireHours { get; set; } = 24;

    /// <summary>Most bytes that an archive may have once it is unpacked.</summary>
    public long MaxUnpackedBytes { get; set; } = 100_000_000_000;

    /// <summary>Most files and folders in an archive.</summary>
    public int MaxEntries { get; set; } = 5_000_000;

    /// <exception cref="EngineException">A setting cannot be used; the message names it.</exception>
    public UploadOptions Check()
    {
        Positive(MaxBytes, nameof(MaxBytes));
        Positive(MaxOpen, nameof(MaxOpen));
        Positive(ExpireHours, nameof(ExpireHours));
        Positive(MaxUnpackedBytes, nameof(MaxUnpackedBytes));
        Positive(MaxEntries, nameof(MaxEntries));
        return this;
    }

    private static void Positive(double value, string name)
    {
        if (!(value > 0))
        {
            throw new EngineException(FormattableString.Invariant($"The setting {Section}:{name} is {value}. It must be more than 0."));
        }
    }
}
