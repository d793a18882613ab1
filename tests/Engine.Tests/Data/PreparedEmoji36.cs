using CllClip.Engine.Data.Emoji36;
using Xunit;

namespace CllClip.Engine.Tests.Data;

/// <summary>
/// Emoji36 as prepared from the repository's node_modules, kept in artifacts/emoji36 and shared by all tests that need it (and by later runs).
/// Call <see cref="Dataset"/> or <see cref="Folder"/>: the test is skipped with the reason where the npm packages are not installed.
/// </summary>
public static class PreparedEmoji36
{
    private static readonly Lazy<PreparationReport> Prepared = new(() =>
        Emoji36Preparation.Prepare(NodeModules, Target, new Progress<PreparationProgress>(), CancellationToken.None)
    );

    private static readonly Lazy<Emoji36Dataset> Opened = new(() => Emoji36Dataset.Open(Folder));

    /// <summary>Root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The packages' folder; need not exist.</summary>
    public static string NodeModules => Path.Combine(Root, "node_modules");

    /// <summary>Folder of the prepared data set.</summary>
    public static string Folder
    {
        get
        {
            SkipWithoutPackages(orPrepared: true);
            _ = Prepared.Value;
            return Target;
        }
    }

    /// <summary>What the preparation said.</summary>
    public static PreparationReport Report
    {
        get
        {
            SkipWithoutPackages(orPrepared: true);
            return Prepared.Value;
        }
    }

    /// <summary>The data set, opened.</summary>
    public static Emoji36Dataset Dataset
    {
        get
        {
            SkipWithoutPackages(orPrepared: true);
            return Opened.Value;
        }
    }

    /// <summary>Skips the running test where the npm packages are not installed.</summary>
    public static void SkipWithoutPackages(bool orPrepared = false) =>
        Assert.SkipUnless(
            Emoji36Preparation.HasPackages(NodeModules) || (orPrepared && Emoji36Preparation.IsPrepared(Target)),
            "The npm packages of Emoji36 are not installed: run 'npm ci' in the root of the repository."
        );

    private static string Target => Path.Combine(Root, "artifacts", "emoji36");

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
