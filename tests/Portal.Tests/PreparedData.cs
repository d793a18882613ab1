using CllClip.Engine.Data.Emoji36;

namespace CllClip.Portal.Tests;

/// <summary>Emoji36 as prepared once for all tests (in artifacts/emoji36, as for the engine's tests), put into the data root of a portal under test.</summary>
public static class PreparedData
{
    private static readonly Lazy<bool> Prepared = new(Prepare);

    /// <summary>Root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The npm packages' folder; need not exist.</summary>
    public static string NodeModules => Path.Combine(Root, "node_modules");

    /// <summary>Whether the data set is there; it is prepared when first asked for.</summary>
    public static bool IsThere => Prepared.Value;

    private static string Artifacts => Path.Combine(Root, "artifacts");

    /// <summary>Links data set and feature cache into a data root, so that a portal there is ready at once. Does nothing where the npm packages are not installed.</summary>
    public static void LinkInto(string dataRoot)
    {
        if (!IsThere)
        {
            return;
        }
        Directory.CreateDirectory(Path.Combine(dataRoot, "datasets"));
        Directory.CreateDirectory(Path.Combine(Artifacts, "features"));
        Directory.CreateSymbolicLink(Path.Combine(dataRoot, "datasets", "emoji36"), Path.Combine(Artifacts, "emoji36"));
        Directory.CreateSymbolicLink(Path.Combine(dataRoot, "features"), Path.Combine(Artifacts, "features"));
    }

    private static bool Prepare()
    {
        var target = Path.Combine(Artifacts, "emoji36");
        if (!Emoji36Preparation.IsPrepared(target))
        {
            if (!Emoji36Preparation.HasPackages(NodeModules))
            {
                return false;
            }
            Emoji36Preparation.Prepare(NodeModules, target, new Progress<PreparationProgress>(), CancellationToken.None);
        }
        return true;
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CllClip.Web.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("These tests run inside the repository.");
        }
        return folder;
    }
}
