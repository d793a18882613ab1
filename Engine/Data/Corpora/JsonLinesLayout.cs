using System.Text.Json;

namespace CllClip.Engine.Data.Corpora;

/// <summary>One's own data, a line an image: <c>{"image":"a.jpg","split":"train","captions":{"en":["a dog"],"de":["ein Hund"]}}</c>.</summary>
/// <param name="folder">The folder that image paths are relative to.</param>
/// <param name="path">The file.</param>
internal sealed class JsonLinesLayout(CorpusFolder folder, string path) : TableLayout(folder, path)
{
    private const string Form = "Write {\"image\":\"a.jpg\",\"split\":\"train\",\"captions\":{\"en\":[\"a dog\"]}}.";

    /// <inheritdoc/>
    protected override CaptionTable Read(CorpusReport report, CancellationToken stop)
    {
        var table = new CaptionTable();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (line, item) in JsonItems.OfLines(Path, Name, report, stop))
        {
            if (item.Text("image") is not { Length: > 0 } image)
            {
                report.Error(Name, line, "image", "The line has no \"image\".", Form);
            }
            else if (CorpusSplits.Parse(item.Text("split")) is not { } split)
            {
                report.Error(Name, line, "split", $"The split '{item.Text("split")}' is unknown.", CorpusSplits.Remedy);
            }
            else if (!item.TryGetProperty("captions", out var captions) || captions.ValueKind != JsonValueKind.Object)
            {
                report.Error(Name, line, "captions", "The line has no object \"captions\".", Form);
            }
            else if (!seen.TryAdd(image, line))
            {
                Twice(image, line, seen[image], report);
            }
            else
            {
                Take(table, split, image, captions, line, report);
            }
        }
        return table;
    }

    private void Take(CaptionTable table, CorpusSplit split, string image, JsonElement captions, int line, CorpusReport report)
    {
        foreach (var property in captions.EnumerateObject())
        {
            if (JsonItems.Texts(property.Value) is not { } texts)
            {
                report.Error(Name, line, "captions", $"The captions of '{property.Name}' are neither a text nor a list of texts.", Form);
                continue;
            }
            foreach (var caption in Stripped(texts, Name, line, report))
            {
                table.Add(property.Name, split, image, caption, line);
            }
        }
    }
}
