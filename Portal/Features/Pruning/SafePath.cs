using CllClip.Portal.Storage;

namespace CllClip.Portal.Features.Pruning;

/// <summary>Where pruning may reach: below a folder of the portal's own, and never through a link, which may lead anywhere.</summary>
internal static class SafePath
{
    private static readonly EnumerationOptions NoLinks = new()
    {
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
        MatchType = MatchType.Simple,
    };

    /// <summary>Whether something lies below a folder, with no link on the way to it and none in its place.</summary>
    public static bool IsBelow(string root, string path)
    {
        var (full, top) = (Path.GetFullPath(path), Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));
        if (!full.StartsWith(top + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            return false;
        }
        for (var at = full; at is not null && at.Length > top.Length; at = Path.GetDirectoryName(at))
        {
            if (IsLink(at))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Entries of a folder that are no links; none where the folder is missing or is a link itself.</summary>
    public static IEnumerable<string> Entries(string folder, string pattern = "*") =>
        Directory.Exists(folder) && !IsLink(folder) ? Directory.EnumerateFileSystemEntries(folder, pattern, NoLinks) : [];

    /// <summary>Folders in a folder that are no links.</summary>
    public static IEnumerable<string> Folders(string folder, string pattern = "*") =>
        Directory.Exists(folder) && !IsLink(folder) ? Directory.EnumerateDirectories(folder, pattern, NoLinks) : [];

    /// <summary>Bytes of a file, or of all that is in a folder.</summary>
    public static long Size(string path)
    {
        try
        {
            return Directory.Exists(path) ? FolderSize.Of(path)
                : File.Exists(path) ? new FileInfo(path).Length
                : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // it went just now
        }
    }

    /// <summary>Whether a path is a folder or lies in it, as written; what is there does not matter.</summary>
    public static bool Holds(string folder, string path)
    {
        var (full, top) = (Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)), Path.GetFullPath(folder));
        return full == top || full.StartsWith(top + Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    private static bool IsLink(string path)
    {
        try
        {
            return File.GetAttributes(path).HasFlag(FileAttributes.ReparsePoint);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false; // nothing is no link
        }
    }
}
