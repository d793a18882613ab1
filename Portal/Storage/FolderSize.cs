namespace CllClip.Portal.Storage;

/// <summary>What a folder takes on the disk.</summary>
internal static class FolderSize
{
    /// <summary>Bytes of all files below a folder; 0 where there is none. Files that go meanwhile are not counted.</summary>
    public static long Of(string folder, CancellationToken stop = default)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        };
        var bytes = 0L;
        if (!Directory.Exists(folder))
        {
            return bytes;
        }
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", options))
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                bytes += file.Length;
            }
            catch (IOException)
            {
                // it went just now
            }
        }
        return bytes;
    }
}
