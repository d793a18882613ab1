using CllClip.Engine;
using Microsoft.Data.Sqlite;

namespace CllClip.Portal.Jobs;

/// <summary>What a failed run says of its error: words with the remedy. The whole of it goes into the portal's log.</summary>
internal static class RunErrors
{
    private const int DiskFull = 28; // ENOSPC
    private const int DiskFullWindows = 0x70;
    private const int SqliteFull = 13;
    private const string Kept = "Finished stages and their scores are kept.";

    public static string Explain(Exception error)
    {
        if (Causes(error).Any(IsDiskFull))
        {
            return $"No space is left on the disk that holds the data root. Free some, then resume the run. {Kept}";
        }
        foreach (var cause in Causes(error))
        {
            switch (cause)
            {
                case EngineException:
                    return cause.Message;
                case SqliteException or IOException or UnauthorizedAccessException:
                    return $"{cause.Message.TrimEnd('.')}. Mend that (the disk, or the rights on the data root), then resume the run. {Kept}";
                case OutOfMemoryException:
                    return $"The memory was not enough. Close other programs or choose a smaller batch, then resume the run. {Kept}";
            }
        }
        var line = error.Message.Split('\n', 2)[0].Trim();
        return $"The training met an unexpected error ({error.GetType().Name}: {line}); the portal's log has all of it. Resume the run to try again. {Kept}";
    }

    private static bool IsDiskFull(Exception error) =>
        error is SqliteException { SqliteErrorCode: SqliteFull }
        || (error is IOException && (error.HResult & 0xFFFF) is DiskFull or DiskFullWindows);

    private static IEnumerable<Exception> Causes(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
