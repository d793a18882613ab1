namespace CllClip.Engine.Data.Corpora;

/// <summary>Captions of one image in one language, as a file has them.</summary>
/// <param name="Image">Path of the image, as the file names it.</param>
/// <param name="Captions">Captions, stripped; an empty one has been reported and keeps its place.</param>
/// <param name="File">Name of the file in findings.</param>
/// <param name="Line">Where the file says so.</param>
internal sealed record ImageCaptions(string Image, IReadOnlyList<string> Captions, string File, int Line);

/// <summary>One English training caption.</summary>
/// <param name="Image">Path of the image, as the file names it.</param>
/// <param name="English">The caption; empty if it was and has been reported.</param>
/// <param name="File">Name of the file in findings.</param>
/// <param name="Line">Where the file says so.</param>
internal sealed record TrainingLine(string Image, string English, string File, int Line);

/// <summary>
/// Reads a data set's files in one layout, language by language. Whatever is wrong goes to the report that a method is given, and reading goes on; reading
/// once more gives the same again.
/// </summary>
/// <param name="folder">Where the files lie.</param>
internal abstract class CorpusSource(CorpusFolder folder)
{
    /// <summary>Where the files lie.</summary>
    protected CorpusFolder Folder { get; } = folder;

    /// <summary>The files with text, absolute.</summary>
    public abstract IReadOnlyList<string> Files { get; }

    /// <summary>Codes of all languages that have a file or a caption, and where each is named.</summary>
    public abstract IReadOnlyDictionary<string, string> Languages(CorpusReport report, CancellationToken stop);

    /// <summary>The English training captions, one a line; empty where there is nothing to train on.</summary>
    public virtual IEnumerable<TrainingLine> TrainingLines(CorpusReport report, CancellationToken stop) => [];

    /// <summary>A language's training captions: the position of the English line that each translates, and the caption.</summary>
    /// <param name="language">Not English.</param>
    /// <param name="english">The English captions, as <see cref="TrainingLines"/> gives them.</param>
    /// <param name="report">Takes what is wrong.</param>
    /// <param name="stop">Stops between lines.</param>
    public virtual IEnumerable<(int EnglishLine, string Caption)> Training(
        string language,
        Utf8List english,
        CorpusReport report,
        CancellationToken stop
    ) => [];

    /// <summary>A language's captions of the validation or test split, image by image in the file's order.</summary>
    public abstract IEnumerable<ImageCaptions> Captions(string language, CorpusSplit split, CorpusReport report, CancellationToken stop);

    /// <summary>Strips captions; an empty one is reported and keeps its place, as training captions are paired by it.</summary>
    internal static IReadOnlyList<string> Stripped(IEnumerable<string> captions, string file, int line, CorpusReport report)
    {
        var stripped = new List<string>();
        foreach (var caption in captions)
        {
            var text = caption.ReplaceLineEndings(" ").Trim(); // as the published code prepares them
            if (text.Length == 0)
            {
                report.Warning(file, line, "empty caption", "A caption is empty.", "It is left out.");
            }
            stripped.Add(text);
        }
        return stripped;
    }
}
