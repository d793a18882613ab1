using CllClip.Portal.Layout.Components;

namespace CllClip.Portal.Features.Uploads.Archives;

/// <summary>What an archive may cost before it is refused; protects from bombs.</summary>
/// <param name="MaxEntries">Most files and folders.</param>
/// <param name="MaxBytes">Most bytes of all files together.</param>
/// <param name="MaxRatio">Most bytes unpacked for each byte packed, once they are more than <see cref="FreeOfRatio"/>.</param>
public sealed record ArchiveLimits(int MaxEntries, long MaxBytes, int MaxRatio = 200)
{
    /// <summary>So many bytes any archive may have, however small it is.</summary>
    public const long FreeOfRatio = 64L << 20;

    /// <summary>Throws where so many bytes are too many.</summary>
    /// <param name="unpacked">Bytes unpacked, or about to be.</param>
    /// <param name="packed">Bytes of the archive.</param>
    /// <exception cref="ArchiveException">They are.</exception>
    public void CheckBytes(long unpacked, long packed)
    {
        if (unpacked > MaxBytes)
        {
            throw new ArchiveException(
                $"The archive has more than {Formats.Bytes(MaxBytes)} unpacked. Put the folder on the server and register it there, or raise the setting CllClip:Uploads:MaxUnpackedBytes."
            );
        }
        if (unpacked > FreeOfRatio && unpacked / MaxRatio > packed)
        {
            throw new ArchiveException(
                $"The archive unpacks to more than {MaxRatio} times its own size, as no honest data do. Put the folder on the server and register it there."
            );
        }
    }

    /// <exception cref="ArchiveException">There are too many.</exception>
    public void CheckEntries(int entries)
    {
        if (entries > MaxEntries)
        {
            throw new ArchiveException(
                $"The archive has more than {Formats.Count(MaxEntries)} files and folders. Leave some out, or raise the setting CllClip:Uploads:MaxEntries."
            );
        }
    }
}

/// <summary>An archive cannot be unpacked; the message names what is wrong and the remedy.</summary>
public sealed class ArchiveException(string message, Exception? cause = null) : Engine.EngineException(message, cause!)
{
    /// <summary>Whether the archive is sound, and only the disk had no room for what is in it.</summary>
    public bool NoRoom { get; init; }
}
