namespace CllClip.Engine.Data.Corpora;

/// <summary>English training captions with their images. A caption whose image is left out, or that is empty, has image -1.</summary>
/// <param name="Images">Position of each caption's image.</param>
/// <param name="English">The captions.</param>
internal sealed record EnglishLines(int[] Images, Utf8List English);

/// <summary>A language's training captions.</summary>
/// <param name="Lines">Position of each caption's partner among the English lines.</param>
/// <param name="Captions">The captions.</param>
internal sealed record LanguageTraining(int[] Lines, Utf8List Captions);

/// <summary>A language's captions of a split; captions of one image stand together.</summary>
/// <param name="Images">Images with a caption.</param>
/// <param name="Captions">Captions in the order of the images.</param>
/// <param name="ImageOfCaption">Position of each caption's image in <paramref name="Images"/>.</param>
internal sealed record SplitCaptions(int[] Images, Utf8List Captions, int[] ImageOfCaption);

/// <summary>Captions by position of their images, read from a layout's files.</summary>
/// <param name="source">The files.</param>
/// <param name="images">The images.</param>
internal sealed class CorpusCaptions(CorpusSource source, CorpusImages images)
{
    private const string English = "en";

    /// <summary>The English training captions.</summary>
    public EnglishLines ReadLines(CorpusReport report, CancellationToken stop)
    {
        var (places, english) = (new List<int>(), new Utf8List());
        foreach (var line in source.TrainingLines(report, stop))
        {
            var place = Place(line.Image, line.File, line.Line, report);
            places.Add(line.English.Length > 0 ? place : -1);
            english.Add(line.English);
        }
        return new EnglishLines([.. places], english.Trimmed());
    }

    /// <summary>A language's training captions, English included.</summary>
    public LanguageTraining ReadTraining(string language, EnglishLines lines, CorpusReport report, CancellationToken stop)
    {
        var (positions, captions) = (new List<int>(), new Utf8List());
        var all =
            language == English
                ? Enumerable.Range(0, lines.English.Count).Select(i => (EnglishLine: i, Caption: lines.English[i]))
                : source.Training(language, lines.English, report, stop);
        foreach (var (line, caption) in all)
        {
            if (lines.Images[line] >= 0)
            {
                positions.Add(line);
                captions.Add(caption);
            }
        }
        return new LanguageTraining([.. positions], captions.Trimmed());
    }

    /// <summary>A language's captions of the validation or test split; an image named twice is reported.</summary>
    public SplitCaptions ReadSplit(string language, CorpusSplit split, CorpusReport report, CancellationToken stop)
    {
        var (used, captions, owners) = (new List<int>(), new Utf8List(), new List<int>());
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var item in source.Captions(language, split, report, stop))
        {
            if (!seen.TryAdd(item.Image, item.Line))
            {
                report.Error(
                    item.File,
                    item.Line,
                    "duplicate",
                    $"{item.Image} was named before, in line {seen[item.Image]}.",
                    "Give each image one item with all its captions."
                );
                continue;
            }
            var place = Place(item.Image, item.File, item.Line, report);
            var texts = item.Captions.Where(c => c.Length > 0).ToList();
            if (place < 0 || texts.Count == 0)
            {
                continue;
            }
            foreach (var text in texts)
            {
                captions.Add(text);
                owners.Add(used.Count);
            }
            used.Add(place);
        }
        return new SplitCaptions([.. used], captions.Trimmed(), [.. owners]);
    }

    private int Place(string image, string file, int line, CorpusReport report)
    {
        if (CorpusFolder.Refuse(image) is { } why)
        {
            report.Error(
                file,
                line,
                "image path",
                $"The image path '{image}' is refused: {why}.",
                "Write a path relative to the folder of images."
            );
            return -1;
        }
        return images.Place(image, file, line);
    }
}
