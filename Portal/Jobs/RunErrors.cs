using System.Runtime.InteropServices;
using CllClip.Engine;
using CllClip.Portal.Storage;
using Microsoft.Data.Sqlite;

namespace CllClip.Portal.Jobs;

/// <summary>What a failed run says of its error: words with the remedy. The whole of it goes into the portal's log.</summary>
internal static class RunErrors
{
    private const string Kept = "Finished stages and their scores are kept.";

    public static string Explain(Exception error)
    {
        if (DiskSpace.IsCauseOf(error))
        {
            return $"No space is left on the disk that holds the data root. Free some; the run goes on by itself then, from its last checkpoint. {Kept}";
        }
        foreach (var cause in Causes(error))
        {
            switch (cause)
            {
                case EngineException:
                    return cause.Message;
                case SqliteException or IOException or UnauthorizedAccessException:
                    return $"{cause.Message.TrimEnd('.')}. Mend that (the disk, or the rights on the data root), then resume the run. {Kept}";
                case ExternalException when IsOutOfGpuMemory(cause.Message):
                    return $"The GPU's memory was not enough. Choose a smaller batch, or end other programs that use the GPU and resume the run. {Kept}";
                case OutOfMemoryException:
                case ExternalException when IsOutOfMemory(cause.Message):
                    return $"The memory was not enough. Close other programs or choose a smaller batch, then resume the run. {Kept}";
                case ExternalException when cause.Message.Contains("CUDA error", StringComparison.Ordinal):
                    return $"The GPU reported an error ({FirstLine(cause)}). Restart the portal, then resume the run; if it comes again, look at the driver's log. {Kept}";
            }
        }
        return $"The training met an unexpected error ({error.GetType().Name}: {FirstLine(error)}); the portal's log has all of it. Resume the run to try again. {Kept}";
    }

    // What libtorch throws: its allocators, and CUDA's libraries where they find no room for themselves.
    private static bool IsOutOfMemory(string message) =>
        message.Contains("allocate memory", StringComparison.Ordinal)
        || message.Contains("out of memory", StringComparison.OrdinalIgnoreCase);

    private static bool IsOutOfGpuMemory(string message) =>
        message.Contains("_ALLOC_FAILED", StringComparison.Ordinal)
        || (message.Contains("CUDA", StringComparison.Ordinal) && IsOutOfMemory(message));

    private static string FirstLine(Exception error) => error.Message.Split('\n', 2)[0].Trim();

    private static IEnumerable<Exception> Causes(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
