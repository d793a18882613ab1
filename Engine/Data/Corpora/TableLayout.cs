namespace CllClip.Engine.Data.Corpora;

/// <summary>A data set whose captions stand in one file: it is read once, when first asked for.</summary>
/// <param name="folder">Its folder.</param>
/// <param name="path">The file.</param>
internal abstract class TableLayout(CorpusFolder folder, string path) : CorpusSource(folder)
{
    private readonly Lock _lock = new();
    private CaptionTable? _table;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files => File.Exists(Path) ? [Path] : [];

    /// <summary>The file.</summary>
    protected string Path { get; } = path;

    /// <summary>Its name in findings.</summary>
    protected string Name => Folder.Name(Path);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Languages(CorpusReport report, CancellationToken stop) =>
        Table(report, stop).Languages.ToDictionary(l => l.Key, l => $"{Name}:{l.Value}");

    /// <inheritdoc/>
    public override IEnumerable<TrainingLine> TrainingLines(CorpusReport report, CancellationToken stop) =>
        PartneredCaptions.Lines(Table(report, stop).Read("en", CorpusSplit.Train, Name));

    /// <inheritdoc/>
    public override IEnumerable<(int EnglishLine, string Caption)> Training(
        string language,
        Utf8List english,
        CorpusReport report,
        CancellationToken stop
    )
    {
        var table = Table(report, stop);
        return PartneredCaptions.Pair(table.Read("en", CorpusSplit.Train, Name), table.Read(language, CorpusSplit.Train, Name), report);
    }

    /// <inheritdoc/>
    public override IEnumerable<ImageCaptions> Captions(string language, CorpusSplit split, CorpusReport report, CancellationToken stop) =>
        Table(report, stop).Read(language, split, Name);

    /// <summary>Reads the whole file.</summary>
    protected abstract CaptionTable Read(CorpusReport report, CancellationToken stop);

    /// <summary>Reports an image that a file names twice.</summary>
    protected void Twice(string image, int line, int first, CorpusReport report) =>
        report.Error(
            Name,
            line,
            "duplicate",
            $"{image} was named before, in line {first}.",
            "Write all captions of an image into one line."
        );

    private CaptionTable Table(CorpusReport report, CancellationToken stop)
    {
        lock (_lock)
        {
            return _table ??= Read(report, stop);
        }
    }
}
