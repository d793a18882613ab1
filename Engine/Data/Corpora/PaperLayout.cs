namespace CllClip.Engine.Data.Corpora;

/// <summary>
/// The layout that the paper's authors distribute (MSCOCO36, CC3M): English training captions in <c>corpus/multilingual_NAME/36langs/NAME_en.tsv.gz</c>,
/// translations parallel with it line by line, images of the lines in <c>annotations/NAME/en/train.json</c>, other splits under <c>annotations/NAME</c>.
/// </summary>
/// <param name="folder">Its folder.</param>
/// <param name="name"><c>coco</c> or <c>cc3m</c>.</param>
internal sealed class PaperLayout(CorpusFolder folder, string name) : CorpusSource(folder)
{
    private readonly PaperTraining _training = new(folder, name);
    private readonly AnnotatedSplits _splits = new(folder, folder.At("annotations", name));

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files => [.. _training.Files, .. _splits.Files];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Languages(CorpusReport report, CancellationToken stop)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (code, file) in _training.Languages.Concat(_splits.Languages))
        {
            found.TryAdd(code, Folder.Name(file));
        }
        return found;
    }

    /// <inheritdoc/>
    public override IEnumerable<TrainingLine> TrainingLines(CorpusReport report, CancellationToken stop) => _training.Lines(report, stop);

    /// <inheritdoc/>
    public override IEnumerable<(int EnglishLine, string Caption)> Training(
        string language,
        Utf8List english,
        CorpusReport report,
        CancellationToken stop
    ) => _training.Translations(language, report, stop);

    /// <inheritdoc/>
    public override IEnumerable<ImageCaptions> Captions(string language, CorpusSplit split, CorpusReport report, CancellationToken stop) =>
        _splits.Read(language, split, report, stop);
}
