using System.Diagnostics;
using CllClip.Shared.Languages;

namespace CllClip.Engine.Data.Emoji36;

/// <summary>Prepares Emoji36 from the npm packages: reads, checks the split against the published manifest, renders on all cores, stores compactly.</summary>
public static class Emoji36Preparation
{
    /// <summary>Whether a folder holds a whole prepared data set of the present layout.</summary>
    public static bool IsPrepared(string folder)
    {
        try
        {
            Emoji36Store.Open(folder);
            return true;
        }
        catch (EngineException)
        {
            return false;
        }
    }

    /// <summary>Whether the npm packages are there (not whether they are whole).</summary>
    public static bool HasPackages(string nodeModules) =>
        Emoji36Source.Artists.Concat(Emoji36Source.Texts).All(s => File.Exists(Path.Combine(nodeModules, s.Package, "package.json")));

    /// <summary>Prepares the data set; one that is whole already is left as it is. Two processes may do so at once: the first to finish wins.</summary>
    /// <param name="nodeModules">Folder <c>node_modules</c> with the packages.</param>
    /// <param name="targetFolder">Folder of the prepared data set; appears at once and whole, or not at all.</param>
    /// <param name="progress">Told how far it is, in rising order, from several threads one after another.</param>
    /// <param name="stop">Stops it; nothing is left behind.</param>
    /// <exception cref="EngineException">A package is missing or broken, or the target cannot be written; the message names it and the remedy.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static PreparationReport Prepare(
        string nodeModules,
        string targetFolder,
        IProgress<PreparationProgress> progress,
        CancellationToken stop
    ) => Prepare(nodeModules, targetFolder, progress, Environment.ProcessorCount, stop);

    /// <summary>
    /// Prepares the data set where it is not yet, and opens it. Straight after a preparation the rendered pixels stay with it (88 MB) for the
    /// embeddings that are computed next; <see cref="Emoji36Dataset.Open(string)"/> gives one that is free of them.
    /// </summary>
    /// <inheritdoc cref="Prepare(string, string, IProgress{PreparationProgress}, CancellationToken)"/>
    public static Emoji36Dataset PrepareAndOpen(
        string nodeModules,
        string targetFolder,
        IProgress<PreparationProgress> progress,
        CancellationToken stop
    )
    {
        var drawings = IsPrepared(targetFolder) ? [] : Make(nodeModules, targetFolder, progress, Environment.ProcessorCount, stop);
        return Emoji36Dataset.Open(targetFolder, [.. drawings.Where(d => d.Fault is null).Select(d => d.Pixels)]);
    }

    internal static PreparationReport Prepare(
        string nodeModules,
        string targetFolder,
        IProgress<PreparationProgress> progress,
        int parallelism,
        CancellationToken stop
    )
    {
        if (IsPrepared(targetFolder))
        {
            return Report(targetFolder, 0);
        }
        var watch = Stopwatch.StartNew();
        Make(nodeModules, targetFolder, progress, parallelism, stop);
        return Report(targetFolder, watch.Elapsed.TotalSeconds);
    }

    private static IReadOnlyList<Emoji36Drawing> Make(
        string nodeModules,
        string targetFolder,
        IProgress<PreparationProgress> progress,
        int parallelism,
        CancellationToken stop
    )
    {
        using var folder = new PreparationFolder(targetFolder);
        progress.Report(new(0, "Reading the emoji packages", null));
        var languages = LanguageCatalog.All.Select(l => l.Code).Order(StringComparer.Ordinal).ToList();
        var packages = Emoji36Packages.Read(nodeModules, languages, stop);
        var split = Emoji36Split.Published();
        Emoji36Split.Check(Emoji36Split.Compute(Keys(packages), Names(packages)), split);
        var drawings = Emoji36Drawing.RenderAll(packages, split, progress, parallelism, stop);
        progress.Report(new(0.97, "Storing the data set", 1));
        Emoji36Writer.Write(folder, packages, split, languages, drawings);
        stop.ThrowIfCancellationRequested();
        folder.Commit(IsPrepared);
        progress.Report(new(1, "Emoji36 is ready", 0));
        return drawings;
    }

    private static List<IReadOnlySet<string>> Keys(Emoji36Packages packages) =>
        [.. packages.Drawings.Select(artist => artist.Keys.ToHashSet(StringComparer.Ordinal))];

    private static Dictionary<string, IReadOnlyDictionary<string, string>> Names(Emoji36Packages packages) =>
        packages.Texts.ToDictionary(
            language => language.Key,
            language => (IReadOnlyDictionary<string, string>)language.Value.ToDictionary(e => e.Key, e => e.Value.Name)
        );

    private static PreparationReport Report(string folder, double seconds)
    {
        var store = Emoji36Store.Open(folder);
        var bytes = Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length);
        return new(store.Header.Revision, store.Images.Count, bytes, store.Header.Missing, seconds);
    }
}
