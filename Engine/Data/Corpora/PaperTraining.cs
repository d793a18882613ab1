using System.Globalization;
using System.Text.Json;

namespace CllClip.Engine.Data.Corpora;

/// <summary>Training captions in the paper's layout.</summary>
/// <param name="folder">The data set's folder.</param>
/// <param name="name"><c>coco</c> or <c>cc3m</c>.</param>
internal sealed class PaperTraining(CorpusFolder folder, string name)
{
    private const string English = "en";
    private const string SameRelease = "Take both files from the same release: they must be parallel, line by line.";

    private readonly string _folder = folder.At("corpus", $"multilingual_{name}", "36langs");
    private readonly string _annotations = folder.At("annotations", name, English, "train.json");
    private Utf8List? _english; // as the file has it, kept: every translation is held against it
    private List<int>? _order; // line of each item of train.json
    private readonly string _lineToIndex = folder.At("corpus", $"multilingual_{name}", "36langs", "line2idx.json");

    /// <summary>The files there are.</summary>
    public IEnumerable<string> Files => Languages.Select(l => l.File).Concat(new[] { _annotations, _lineToIndex }.Where(File.Exists));

    /// <summary>Languages with a file, English included.</summary>
    public IEnumerable<(string Code, string File)> Languages =>
        Directory.Exists(_folder)
            ? Directory
                .EnumerateFiles(_folder, $"{name}_{English}*.tsv*")
                .Order(StringComparer.Ordinal)
                .Select(f => (Code: Code(f), File: f))
                .Where(f => f.Code is not null)
                .Select(f => (f.Code!, f.File))
            : [];

    /// <summary>The English captions with their images, in the order of train.json.</summary>
    public IEnumerable<TrainingLine> Lines(CorpusReport report, CancellationToken stop)
    {
        if (FileOf(English) is not { } path)
        {
            if (Languages.Any())
            {
                report.Error(
                    $"{name}_{English}.tsv.gz",
                    null,
                    "missing",
                    "The file of the English training captions is missing.",
                    $"Add it to {folder.Name(_folder)}."
                );
            }
            yield break;
        }
        var (lines, annotations) = (folder.Name(path), folder.Name(_annotations));
        if (!File.Exists(_annotations))
        {
            report.Error(
                annotations,
                null,
                "missing",
                "The file that names the images of the training captions is missing.",
                "Add it from the paper's annotations.zip."
            );
            yield break;
        }
        var english = _english = Texts(path, report, stop);
        if (english.Count == 0)
        {
            report.Error(lines, null, "empty", "The file has no lines.", "Copy or download it again.");
        }
        var indexOf = Indices(report);
        var order = new List<int>();
        var items = 0;
        foreach (var (at, image, captions, item) in AnnotationFile.Read(_annotations, annotations, report, stop))
        {
            var index = indexOf is null ? items : Index(indexOf, item, annotations, at, report);
            items++;
            if (index < 0 || index >= english.Count)
            {
                continue; // said by Index, or of the whole file below
            }
            var text = english[index];
            if (captions.Count != 1 || captions[0].ReplaceLineEndings(" ").Trim() != text)
            {
                report.Error(
                    annotations,
                    at,
                    "misaligned",
                    $"The caption \"{Short(captions.Count > 0 ? captions[0] : "")}\" is not that of line {index + 1} of {lines}, \"{Short(text)}\".",
                    SameRelease
                );
            }
            else if (text.Length == 0)
            {
                report.Warning(lines, index + 1, "empty caption", "The English caption is empty.", "The line is left out.");
            }
            order.Add(index);
            yield return new TrainingLine(image, text, annotations, at);
        }
        _order = order;
        if (indexOf is null ? items != english.Count : items > 0 && indexOf.Values.Any(i => i >= english.Count))
        {
            report.Error(
                annotations,
                null,
                "misaligned",
                $"The file has {items} items, but {lines} has {english.Count} lines.",
                SameRelease
            );
        }
    }

    /// <summary>A language's captions by the position of their English line among <see cref="Lines"/>.</summary>
    public IEnumerable<(int EnglishLine, string Caption)> Translations(string language, CorpusReport report, CancellationToken stop)
    {
        if (FileOf(English) is not { } source || FileOf(language) is not { } path)
        {
            yield break;
        }
        var file = folder.Name(path);
        if (_order is null)
        {
            _ = Lines(CorpusReport.Silent(), stop).Count();
        }
        if (_english is not { } english || _order is not { } order)
        {
            yield break; // has been reported
        }
        var translations = new Utf8List();
        foreach (var (line, text) in CorpusText.Lines(path, file, report, stop))
        {
            var tab = text?.IndexOf('\t', StringComparison.Ordinal) ?? -1;
            var translation = tab < 0 ? "" : text![(tab + 1)..].Trim();
            if (text is null || line > english.Count)
            {
                translation = ""; // said by the reader, or of the whole file below
            }
            else if ((tab < 0 ? text : text[..tab].Trim()) != english[line - 1])
            {
                report.Error(
                    file,
                    line,
                    "misaligned",
                    $"The English caption \"{Short(tab < 0 ? text : text[..tab])}\" is not that of line {line} of {folder.Name(source)}, \"{Short(english[line - 1])}\".",
                    SameRelease
                );
            }
            else if (translation.Length == 0)
            {
                report.Warning(
                    file,
                    line,
                    "missing translation",
                    $"\"{Short(english[line - 1])}\" has no translation.",
                    "The line is left out."
                );
            }
            translations.Add(translation);
        }
        if (translations.Count != english.Count)
        {
            report.Error(
                file,
                null,
                "misaligned",
                $"The file has {translations.Count} lines, but {folder.Name(source)} has {english.Count}.",
                SameRelease
            );
        }
        for (var position = 0; position < order.Count; position++)
        {
            if (order[position] < translations.Count && translations[order[position]] is { Length: > 0 } translation)
            {
                yield return (position, translation);
            }
        }
    }

    private string? FileOf(string language) => Languages.FirstOrDefault(l => l.Code == language).File;

    /// <summary><c>coco_en.tsv.gz</c> is English, <c>coco_en-de.tsv.gz</c> German.</summary>
    private string? Code(string path)
    {
        var file = Path.GetFileName(path);
        var stem =
            file.EndsWith(".tsv.gz", StringComparison.Ordinal) ? file[..^7]
            : file.EndsWith(".tsv", StringComparison.Ordinal) ? file[..^4]
            : "";
        return stem == $"{name}_{English}" ? English
            : stem.StartsWith($"{name}_{English}-", StringComparison.Ordinal) ? stem[(name.Length + English.Length + 2)..]
            : null;
    }

    private Utf8List Texts(string path, CorpusReport report, CancellationToken stop)
    {
        var texts = new Utf8List();
        foreach (var (_, text) in CorpusText.Lines(path, folder.Name(path), report, stop))
        {
            texts.Add(text ?? "");
        }
        return texts.Trimmed();
    }

    /// <summary>CC3M's files are without duplicates: where each line of the original file went. Null where there is no such table.</summary>
    private Dictionary<string, int>? Indices(CorpusReport report)
    {
        if (!File.Exists(_lineToIndex))
        {
            return null;
        }
        try
        {
            return CorpusText.Bytes(_lineToIndex, folder.Name(_lineToIndex), report) is { } bytes
                ? JsonSerializer.Deserialize<Dictionary<string, int>>(bytes)
                : [];
        }
        catch (JsonException error)
        {
            report.Error(
                folder.Name(_lineToIndex),
                (int?)error.LineNumber + 1,
                "JSON",
                "The file is not a JSON object of line numbers.",
                "Copy it again from the paper's corpus_multilingual_cc3m.zip."
            );
            return [];
        }
    }

    private int Index(Dictionary<string, int> indexOf, JsonElement item, string file, int line, CorpusReport report)
    {
        var id = item.TryGetProperty("image_id", out var value) ? value.ToString() : "";
        if (indexOf.TryGetValue(id, out var index) && index >= 0)
        {
            return index;
        }
        report.Error(
            file,
            line,
            "image_id",
            string.Create(CultureInfo.InvariantCulture, $"The item's image_id '{id}' is not in {folder.Name(_lineToIndex)}."),
            SameRelease
        );
        return -1;
    }

    private static string Short(string text) => text.Length > 60 ? text[..59] + "…" : text;
}
