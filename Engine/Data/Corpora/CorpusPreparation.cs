using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CllClip.Shared.Languages;

namespace CllClip.Engine.Data.Corpora;

/// <summary>Progress of a preparation.</summary>
/// <param name="Phase">What is being done, in words.</param>
/// <param name="Fraction">Share done, 0 to 1.</param>
public sealed record CorpusProgress(string Phase, double Fraction);

/// <summary>
/// Checks, counts and hashes a data set where it lies. Everything that is wrong is reported, with file and line; only a data set without errors gets
/// a manifest.
/// </summary>
public static partial class CorpusPreparation
{
    private const double TextShare = 0.2;
    private const double ImageShare = 0.7;

    /// <summary>Prepares a data set.</summary>
    /// <param name="registration">The data set.</param>
    /// <param name="report">Takes what is found.</param>
    /// <param name="progress">Told how far it is; null for nobody.</param>
    /// <param name="stop">Stops it; nothing is left behind.</param>
    /// <returns>The manifest; null where the report has errors.</returns>
    /// <exception cref="EngineException">The folder is not there or not of this kind.</exception>
    public static CorpusManifest? Run(
        CorpusRegistration registration,
        CorpusReport report,
        IProgress<CorpusProgress>? progress = null,
        CancellationToken stop = default
    )
    {
        ArgumentNullException.ThrowIfNull(registration);
        ArgumentNullException.ThrowIfNull(report);
        var (source, folder) = CorpusLayouts.Open(registration);
        var images = new CorpusImages();
        var captions = new CorpusCaptions(source, images);
        progress?.Report(new("Reading captions", 0));
        var lines = captions.ReadLines(report, stop);
        var training = images.Paths.Count;
        string[] languages = [.. InOrder(Languages(source, report, stop))];
        var splits = new Dictionary<(string, CorpusSplit), SplitCaptions>();
        foreach (var (language, i) in languages.Select((l, i) => (l, i)))
        {
            progress?.Report(new($"Reading captions: {language}", TextShare * i / languages.Length));
            foreach (var split in new[] { CorpusSplit.Validation, CorpusSplit.Test })
            {
                splits[(language, split)] = captions.ReadSplit(language, split, report, stop);
            }
        }
        var hashes = CheckImages(registration, folder, images, report, progress, stop);
        lines = lines with { Images = [.. lines.Images.Select(i => images.LeftOut.Contains(i) ? -1 : i)] };
        var counts = new Dictionary<string, CorpusLanguage>();
        foreach (var (language, i) in languages.Select((l, i) => (l, i)))
        {
            progress?.Report(
                new($"Reading training captions: {language}", TextShare + ImageShare + (1 - TextShare - ImageShare) * i / languages.Length)
            );
            counts[language] = Count(captions.ReadTraining(language, lines, report, stop), images, language, splits);
        }
        CheckWhole(registration, counts, report);
        if (report.Errors > 0)
        {
            return null;
        }
        progress?.Report(new("Hashing", 1));
        CorpusFile[] files = [.. source.Files.Select(f => Hashed(f, stop))];
        return new CorpusManifest
        {
            Registration = registration,
            Revision = Revision(registration, folder, files, images, hashes),
            PreparedAt = DateTime.UtcNow,
            Files = files,
            ImageFolder = folder.Image("").TrimEnd(Path.DirectorySeparatorChar),
            Images = images.Paths,
            TrainingImages = training,
            LeftOut = [.. images.LeftOut.Order()],
            Languages = counts,
        };
    }

    /// <summary>A file with its hash.</summary>
    /// <exception cref="EngineException">It cannot be read.</exception>
    internal static CorpusFile Hashed(string path, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            using var file = File.OpenRead(path);
            var (size, modified) = (file.Length, File.GetLastWriteTimeUtc(path));
            return new CorpusFile(path, size, modified, Convert.ToHexStringLower(SHA256.HashData(file)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static IEnumerable<string> Languages(CorpusSource source, CorpusReport report, CancellationToken stop)
    {
        foreach (var (code, place) in source.Languages(report, stop))
        {
            // a colon may stand in the name of a file or folder, too
            var (file, line) =
                place.LastIndexOf(':') is > 0 and var colon
                && int.TryParse(place.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? (place[..colon], number)
                    : (place, (int?)null);
            if (!Tag().IsMatch(code))
            {
                report.Error(
                    file,
                    line,
                    "language",
                    $"'{code}' is no language tag.",
                    "Name a language by its BCP 47 tag, for example de, pt-BR or zh-Hant."
                );
                continue;
            }
            if (LanguageCatalog.Find(code) is null)
            {
                report.Note(
                    file,
                    line,
                    "language",
                    $"'{code}' is not among the benchmark's 36 languages.",
                    "It can be learned and tested like any other."
                );
            }
            yield return code;
        }
    }

    private static IEnumerable<string> InOrder(IEnumerable<string> languages) =>
        languages.OrderBy(l => l != "en").ThenBy(l => l, StringComparer.Ordinal);

    private static IReadOnlyList<string?> CheckImages(
        CorpusRegistration registration,
        CorpusFolder folder,
        CorpusImages images,
        CorpusReport report,
        IProgress<CorpusProgress>? progress,
        CancellationToken stop
    )
    {
        if (images.Paths.Count == 0)
        {
            return [];
        }
        if (!folder.FindImages(images.Paths))
        {
            var (file, line) = images.Named[0];
            report.Error(
                file,
                line,
                "images",
                $"None of the {images.Paths.Count} images is there; {images.Paths[0]} was looked for in {folder.Places}.",
                "Put the images there, or name their folder when registering the data set."
            );
            return [];
        }
        return ImageCheck.Run(
            folder,
            images,
            registration.LeaveOutBroken,
            report,
            share => progress?.Report(new($"Checking images", TextShare + ImageShare * share)),
            stop
        );
    }

    private static CorpusLanguage Count(
        LanguageTraining training,
        CorpusImages images,
        string language,
        Dictionary<(string, CorpusSplit), SplitCaptions> splits
    )
    {
        (int Images, int Captions) Kept(CorpusSplit split)
        {
            var all = splits[(language, split)];
            return (
                all.Images.Count(i => !images.LeftOut.Contains(i)),
                all.ImageOfCaption.Count(o => !images.LeftOut.Contains(all.Images[o]))
            );
        }
        var (validation, test) = (Kept(CorpusSplit.Validation), Kept(CorpusSplit.Test));
        return new CorpusLanguage(training.Lines.Length, validation.Images, validation.Captions, test.Images, test.Captions);
    }

    /// <summary>What can be said only of all languages together.</summary>
    private static void CheckWhole(CorpusRegistration registration, Dictionary<string, CorpusLanguage> counts, CorpusReport report)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(registration.Folder));
        if (counts.Count == 0 && report.Errors == 0)
        {
            report.Error(
                name,
                null,
                "empty",
                "There are no captions.",
                $"A data set of this kind has {CorpusLayouts.Find(registration.Kind)!.Files}."
            );
        }
        var (trains, tests) = (counts.Values.Any(c => c.Training > 0), counts.Values.Any(c => c.TestCaptions > 0));
        if (counts.Count > 0 && !trains && !tests && report.Errors == 0)
        {
            report.Error(
                name,
                null,
                "empty split",
                "The training and the test split are empty in every language.",
                "Add captions with the split train or test."
            );
        }
        else if (trains && !tests && report.Errors == 0)
        {
            report.Warning(
                name,
                null,
                "empty split",
                "The test split is empty in every language.",
                "It can be learned from; have runs evaluated on another data set too."
            );
        }
        foreach (var (language, count) in counts)
        {
            if (tests && count.Training > 0 && count.TestCaptions == 0)
            {
                report.Warning(
                    name,
                    null,
                    "no test captions",
                    $"'{language}' has training captions but no test captions.",
                    "It can be learned, but nothing tells how well."
                );
            }
            if (trains && count.Training == 0)
            {
                report.Note(
                    name,
                    null,
                    "no training captions",
                    $"'{language}' has no training captions.",
                    "It can be evaluated, not learned."
                );
            }
        }
    }

    private static string Revision(
        CorpusRegistration registration,
        CorpusFolder folder,
        IEnumerable<CorpusFile> files,
        CorpusImages images,
        IReadOnlyList<string?> hashes
    )
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => all.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        Add(registration.Kind);
        foreach (var file in files)
        {
            Add($"{folder.Name(file.Path)} {file.Sha256}");
        }
        for (var i = 0; i < images.Paths.Count; i++)
        {
            Add($"{images.Paths[i]} {(images.LeftOut.Contains(i) ? "left out" : hashes[i])}");
        }
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    [GeneratedRegex("^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-[A-Za-z0-9]{5,8})*$", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();
}
