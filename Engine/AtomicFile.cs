namespace CllClip.Engine;

/// <summary>Writes a file so that a crash or a full disk leaves either the old one or the new one, never half of it.</summary>
public static class AtomicFile
{
    /// <summary>Writes into a temporary file beside the target, flushes it to the disk and renames it.</summary>
    /// <param name="path">The target; its folder is created.</param>
    /// <param name="write">Writes the whole content.</param>
    /// <exception cref="EngineException">The disk refused; the temporary file is gone and the target is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var full = Path.GetFullPath(path);
        var temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e)
        {
            try
            {
                File.Delete(temporary);
            }
            catch (Exception d) when (d is IOException or UnauthorizedAccessException)
            {
                // the first error says what went wrong
            }
            if (e is IOException or UnauthorizedAccessException)
                throw new EngineException($"{path} cannot be written: {e.Message} Free some space or choose another folder.", e);
            throw;
        }
    }

    /// <summary>What the disk said, where an error is its refusal (of this class or directly); null for other errors.</summary>
    internal static string? Refusal(Exception error) =>
        error switch
        {
            IOException or UnauthorizedAccessException => error.Message,
            EngineException { InnerException: IOException or UnauthorizedAccessException } => error.InnerException.Message,
            _ => null,
        };

    /// <summary>Writes text as UTF-8 without a byte-order mark.</summary>
    /// <exception cref="EngineException">The disk refused.</exception>
    public static void WriteText(string path, string text) => Write(path, s => s.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
