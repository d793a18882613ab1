namespace CllClip.Engine.Data.Corpora;

/// <summary>
/// Flickr30k and XM3600 in the paper's layout: <c>annotations/NAME/LANGUAGE/{train,val,test}.json</c>. A language's training captions go with the
/// English ones of the same image, by their position in the list.
/// </summary>
/// <param name="folder">Its folder.</param>
/// <param name="name"><c>flickr30k</c> or <c>xm3600</c>.</param>
internal sealed class AnnotationLayout(CorpusFolder folder, string name) : CorpusSource(folder)
{
    private readonly AnnotatedSplits _splits = new(folder, folder.At("annotations", name));

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files => [.. _splits.Files, .. TrainingFiles.Select(f => f.File)];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Languages(CorpusReport report, CancellationToken stop)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (code, file) in _splits.Languages.Concat(TrainingFiles))
        {
            found.TryAdd(code, Folder.Name(file));
        }
        return found;
    }

    /// <inheritdoc/>
    public override IEnumerable<TrainingLine> TrainingLines(CorpusReport report, CancellationToken stop) =>
        PartneredCaptions.Lines(_splits.Read("en", CorpusSplit.Train, report, stop));

    /// <inheritdoc/>
    public override IEnumerable<(int EnglishLine, string Caption)> Training(
        string language,
        Utf8List english,
        CorpusReport report,
        CancellationToken stop
    ) =>
        PartneredCaptions.Pair(
            _splits.Read("en", CorpusSplit.Train, CorpusReport.Silent(), stop),
            _splits.Read(language, CorpusSplit.Train, report, stop),
            report
        );

    /// <inheritdoc/>
    public override IEnumerable<ImageCaptions> Captions(string language, CorpusSplit split, CorpusReport report, CancellationToken stop) =>
        _splits.Read(language, split, report, stop);

    private IEnumerable<(string Code, string File)> TrainingFiles =>
        Directory.Exists(Folder.At("annotations", name))
            ? Directory
                .EnumerateDirectories(Folder.At("annotations", name))
                .Select(f => (Code: Path.GetFileName(f), File: Path.Combine(f, "train.json")))
                .Where(f => File.Exists(f.File))
                .OrderBy(f => f.Code, StringComparer.Ordinal)
            : [];
}
