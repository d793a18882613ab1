using CllClip.Engine.Training;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Pruning;

/// <summary>
/// What a pruning has taken out of use: renamed in its place, which is done at once or not at all, and then deleted, which may last. What a killed process left of
/// it is found by its name.
/// </summary>
internal static class Residue
{
    private const string Ending = ".pruned";

    /// <summary>Whether a path is such a rest.</summary>
    public static bool Is(string path) => path.EndsWith(Ending, StringComparison.Ordinal);

    /// <summary>Takes something out of use.</summary>
    /// <returns>Where it lies now; null where it was gone already.</returns>
    public static string? Take(string path)
    {
        var aside = path + Ending;
        Delete(aside); // of an earlier pruning of something with the same name
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Move(path, aside);
                return aside;
            }
            if (File.Exists(path))
            {
                File.Move(path, aside);
                return aside;
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // somebody else was faster
        }
        return null;
    }

    /// <summary>Deletes what was taken out of use. A link within goes itself; what it leads to stays.</summary>
    public static void Delete(string aside)
    {
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }
        else
        {
            File.Delete(aside);
        }
    }

    /// <summary>Rests that are not a run's, wherever pruning leaves such.</summary>
    public static IEnumerable<string> Of(PortalFolders folders) =>
        new[]
        {
            folders.DataRoot,
            Path.GetDirectoryName(folders.Database)!,
            folders.Keys,
            folders.RegisteredModels,
            folders.Features,
            folders.Runs,
        }
            .Concat(SafePath.Folders(folders.Datasets))
            .Distinct(StringComparer.Ordinal)
            .SelectMany(f => SafePath.Entries(f, "*" + Ending));

    /// <summary>Rests in a run's folders; that of its first stage last, which says that the whole chain was to go.</summary>
    public static IEnumerable<string> OfRun(PortalFolders folders, string id) =>
        new[] { folders.Run(id), folders.Chain(id), Path.Combine(folders.Chain(id), "ranks") }
            .SelectMany(f => SafePath.Entries(f, "*" + Ending))
            .OrderBy(p => p == FirstOf(folders, id));

    /// <summary>What says that a run's checkpoints were being pruned.</summary>
    public static string FirstOf(PortalFolders folders, string id) => CheckpointChain.FolderOf(folders.Chain(id), 1) + Ending;
}
