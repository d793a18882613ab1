namespace CllClip.Engine.Data.Corpora;

/// <summary>Splits in files of annotations: <c>LANGUAGE/{val,test}.json</c>, translated ones in <c>translated/LANGUAGE</c>.</summary>
/// <param name="folder">The data set's folder.</param>
/// <param name="annotations">The folder of the annotations.</param>
internal sealed class AnnotatedSplits(CorpusFolder folder, string annotations)
{
    private static readonly string[] Splits = ["val.json", "test.json"];

    /// <summary>The files there are.</summary>
    public IEnumerable<string> Files => All.Select(f => f.File);

    /// <summary>Languages with a file.</summary>
    public IEnumerable<(string Code, string File)> Languages => All.DistinctBy(f => f.Code);

    private IEnumerable<(string Code, string File)> All =>
        Folders.SelectMany(f => Splits.Select(s => (Code: Path.GetFileName(f), File: Path.Combine(f, s)))).Where(f => File.Exists(f.File));

    private IEnumerable<string> Folders =>
        new[] { annotations, Path.Combine(annotations, "translated") }
            .Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateDirectories(f).Order(StringComparer.Ordinal))
            .Where(f => Path.GetFileName(f) != "translated");

    /// <summary>A language's captions of a split: the official ones where there are any, else the translated.</summary>
    public IEnumerable<ImageCaptions> Read(string language, CorpusSplit split, CorpusReport report, CancellationToken stop)
    {
        var name = split switch
        {
            CorpusSplit.Train => "train.json",
            CorpusSplit.Validation => "val.json",
            _ => "test.json",
        };
        string[] places = [Path.Combine(annotations, language, name), Path.Combine(annotations, "translated", language, name)];
        if (places.FirstOrDefault(File.Exists) is not { } path)
        {
            yield break;
        }
        var (file, any, errors) = (folder.Name(path), false, report.Errors);
        foreach (var (line, image, captions, _) in AnnotationFile.Read(path, file, report, stop))
        {
            any = true;
            yield return new ImageCaptions(image, CorpusSource.Stripped(captions, file, line, report), file, line);
        }
        if (!any && report.Errors == errors)
        {
            report.Error(file, null, "empty split", "The split is empty: the file has no items.", "Fill it, or take the file away.");
        }
    }
}
