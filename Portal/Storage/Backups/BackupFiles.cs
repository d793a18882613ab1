using System.Text.RegularExpressions;
using CllClip.Engine.Training;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Storage.Backups;

/// <summary>
/// What of a data root goes into a backup: what cannot be made again. Left out are embeddings, prepared Emoji36, statistics, the queue's own file and checkpoints within
/// a stage, which the portal makes anew, and uploads, whose size nobody foresees.
/// </summary>
internal static partial class BackupFiles
{
    /// <summary>The database's name in the archive, wherever it lies.</summary>
    public const string Database = "portal.db";

    private const string Registration = "corpus.json";

    /// <summary>Whether a name is one that backups have: nothing else is unpacked.</summary>
    public static bool Knows(string path) => Known().IsMatch(path);

    /// <summary>The small files: keys, and what users registered.</summary>
    public static IEnumerable<(string Path, string File)> Small(PortalFolders folders)
    {
        var datasets = Path.GetDirectoryName(folders.Dataset("x"))!;
        return Named(
            folders.DataRoot,
            [
                .. Files(folders.Keys, "*.xml"),
                .. Files(folders.RegisteredModels, "*.json"),
                .. Folders(datasets).Where(f => File.Exists(Path.Combine(f, Registration))).SelectMany(f => Files(f, "*.json")),
            ]
        );
    }

    /// <summary>What a run left: its whole stages with their ranks, and the curve of its steps.</summary>
    public static IEnumerable<(string Path, string File)> Run(PortalFolders folders, string id)
    {
        var (chain, steps) = (folders.Chain(id), folders.Steps(id));
        var stages = Enumerable.Range(1, CheckpointChain.CountStages(chain)).Select(s => CheckpointChain.FolderOf(chain, s));
        return Named(
            folders.DataRoot,
            [
                .. stages.SelectMany(f => Files(f, "*")),
                .. Files(Path.Combine(chain, RankFile.FolderName), "*.safetensors"),
                .. File.Exists(steps) ? [steps] : Array.Empty<string>(),
            ]
        );
    }

    /// <summary>Whether a file of the archive is lines that a running portal adds to.</summary>
    public static bool Grows(string path) => path.EndsWith("/steps.csv", StringComparison.Ordinal);

    private static IEnumerable<(string Path, string File)> Named(string root, IEnumerable<string> files) =>
        files
            .Select(f => (Path: Path.GetRelativePath(root, f).Replace(Path.DirectorySeparatorChar, '/'), File: f))
            .Where(f => Knows(f.Path)) // half-written files have names of their own
            .OrderBy(f => f.Path, StringComparer.Ordinal);

    private static string[] Files(string folder, string pattern) => Directory.Exists(folder) ? Directory.GetFiles(folder, pattern) : [];

    private static string[] Folders(string folder) => Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];

    // No part begins with a dot or holds a slash of either kind: no path leads out of the folder.
    [GeneratedRegex(
        @"\A(?!.*\.tmp\z)(?:portal\.db|keys/[a-z0-9][a-z0-9-]*\.xml|models/[a-z0-9][a-z0-9._-]*\.json|datasets/[a-z0-9][a-z0-9._-]*/(?:corpus|manifest|report)\.json|runs/[a-z0-9][a-z0-9_-]{0,63}/(?:steps\.csv|chain/stage-[0-9]{3,}/[a-z0-9][a-z0-9._-]*|chain/ranks/stage-[0-9]{3,}\.safetensors))\z",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex Known();
}
