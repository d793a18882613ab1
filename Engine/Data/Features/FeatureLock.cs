namespace CllClip.Engine.Data.Features;

/// <summary>Sees to it that one process at a time computes a file; the others wait for what it makes.</summary>
internal static class FeatureLock
{
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until nobody else computes the file, or it is whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isWhole">Whether it is there already.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <returns>What holds the lock; null where the file is whole.</returns>
    /// <exception cref="EngineException">The disk refuses.</exception>
    public static IDisposable? Take(string path, Func<bool> isWhole, CancellationToken stop)
    {
        while (!isWhole())
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                return new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); // stays: taking it away would race
            }
            catch (IOException held) when (held.HResult is WindowsSharingViolation or LinuxWouldBlock or MacWouldBlock)
            {
                stop.WaitHandle.WaitOne(BetweenLooks);
                stop.ThrowIfCancellationRequested();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new EngineException($"{path} cannot be written: {error.Message} Free some space or choose another data root.", error);
            }
        }
        return null;
    }
}
