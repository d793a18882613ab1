using System.Text;

namespace CllClip.Portal.Features.Uploads.Archives;

/// <summary>Names of an archive's entries: only those that stay in the folder they are unpacked to are let in.</summary>
internal static class ArchivePath
{
    private const int LongestPart = 255; // bytes: what file systems take
    private const int LongestPath = 1024; // bytes
    private const int Deepest = 64;
    private const int MostShown = 120; // characters

    /// <summary>The entry's path with slashes and without <c>.</c>; null for entries that are passed over, such as what macOS adds.</summary>
    /// <exception cref="ArchiveException">The name is refused.</exception>
    public static string? Of(string name)
    {
        if (name.Length == 0 || name.Any(char.IsControl))
        {
            throw Refused(name, "it is empty or holds control characters");
        }
        if (name.Contains('\\', StringComparison.Ordinal))
        {
            throw Refused(name, "it holds a backslash; paths in archives have slashes");
        }
        if (name[0] == '/' || (name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0])))
        {
            throw Refused(name, "it is an absolute path");
        }
        string[] parts = [.. name.Split('/').Where(p => p.Length > 0 && p != ".")];
        if (parts.Contains(".."))
        {
            throw Refused(name, "it leads out of the folder");
        }
        if (
            parts.Length > Deepest
            || Encoding.UTF8.GetByteCount(name) > LongestPath
            || parts.Any(p => Encoding.UTF8.GetByteCount(p) > LongestPart)
        )
        {
            throw Refused(name, $"it is too long: at most {LongestPath} bytes, {LongestPart} for each part, {Deepest} folders deep");
        }
        return parts is [] or ["__MACOSX", ..] or [.., ".DS_Store"] ? null : string.Join('/', parts);
    }

    /// <summary>Where the entry goes.</summary>
    /// <param name="root">Folder that is unpacked to, absolute.</param>
    /// <param name="path">What <see cref="Of"/> gave.</param>
    /// <exception cref="ArchiveException">It would lie outside.</exception>
    public static string Within(string root, string path)
    {
        var full = Path.GetFullPath(Path.Combine(root, path));
        return full.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw Refused(path, "it leads out of the folder");
    }

    /// <summary>Why an entry is refused, with its name.</summary>
    public static ArchiveException Refused(string name, string why)
    {
        var shown = new string([.. name.Take(MostShown).Select(c => char.IsControl(c) ? '�' : c)]) + (name.Length > MostShown ? "…" : "");
        return new ArchiveException($"The archive's entry “{shown}” is refused: {why}. Nothing was unpacked; pack the folder anew.");
    }
}
