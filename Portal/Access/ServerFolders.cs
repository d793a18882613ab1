using CllClip.Engine;

namespace CllClip.Portal.Access;

/// <summary>
/// Which folders of the server somebody may name over page or API, to have them read as data set or base model. Without the setting
/// <c>CllClip:Access:ServerFolders</c> these are all while the portal is this machine's alone, and none once tokens say who somebody is.
/// </summary>
public sealed class ServerFolders
{
    private const string Setting = AccessOptions.Section + ":ServerFolders";
    private const int MostLinks = 40; // as Linux has it

    private static readonly StringComparison Comparison = OperatingSystem.IsWindows()
        ? StringComparison.OrdinalIgnoreCase
        : StringComparison.Ordinal;

    private readonly IReadOnlyList<string> _named;
    private readonly Func<bool> _guarded;

    /// <param name="named">Folders that the settings name.</param>
    /// <param name="guarded">Whether tokens say who somebody is; asked when it matters, for it is known only once the server has started.</param>
    /// <exception cref="EngineException">One is not a whole path.</exception>
    public ServerFolders(IEnumerable<string> named, Func<bool> guarded)
    {
        _named = Check(named);
        _guarded = guarded;
    }

    /// <summary>For whoever may read all that the portal's account may read anyhow: the command line.</summary>
    public static ServerFolders All { get; } = new([], () => false);

    /// <summary>The folders below which somebody may register; null for every folder there is.</summary>
    public IReadOnlyList<string>? Open => _named.Count > 0 || _guarded() ? _named : null;

    /// <summary>Why a folder or file may not be named, links followed; null if it may. Of what lies elsewhere it does not tell whether it is there.</summary>
    /// <param name="path">The whole path.</param>
    public string? Refusal(string path)
    {
        if (Open is not { } open)
        {
            return null;
        }
        if (open.Count == 0)
        {
            return $"No folder of the server is open to those who come over the network. Upload the files, or have whoever runs the portal name a folder in the setting {Setting} (or import it there by command).";
        }
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string[] real = [.. open.Select(o => Real(o) ?? o)];
        var among = $"Open are: {string.Join(", ", open)} (setting {Setting}).";
        return !open.Concat(real).Any(o => IsBelow(full, o)) ? $"{full} lies in no folder that is open to you. {among}"
            : Real(full) is { } target && real.Any(o => IsBelow(target, o)) ? null
            : $"{full} leads by a link out of the folders that are open to you. {among}";
    }

    /// <summary>The named folders, as whole paths.</summary>
    /// <exception cref="EngineException">One is not a whole path.</exception>
    internal static IReadOnlyList<string> Check(IEnumerable<string> named) =>
        [
            .. named
                .Select(n => n.Trim())
                .Where(n => n.Length > 0) // an empty list of a settings file comes as one empty text
                .Select(n =>
                    Path.IsPathFullyQualified(n)
                        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(n))
                        : throw new EngineException(
                            $"The setting {Setting} names '{n}'. Write the whole path of the folder, from its root."
                        )
                ),
        ];

    private static bool IsBelow(string path, string folder) =>
        path.Equals(folder, Comparison)
        || path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, Comparison);

    /// <summary>The path without links, as far as there is such a thing; null if links lead in a circle.</summary>
    private static string? Real(string path, int links = MostLinks)
    {
        var root = Path.GetPathRoot(path)!;
        var real = root;
        foreach (var part in path[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (LinkOf(real) is { } target)
            {
                if (links == 0 || Real(target, --links) is not { } end)
                {
                    return null;
                }
                real = end;
            }
        }
        return real;
    }

    /// <summary>Where a link leads; null for what is no link, is not there or cannot be looked at.</summary>
    private static string? LinkOf(string path)
    {
        try
        {
            FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
            return info.LinkTarget is { } target ? Path.GetFullPath(target, Path.GetDirectoryName(path)!) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
