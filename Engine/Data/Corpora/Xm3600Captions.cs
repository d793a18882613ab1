using System.Text.Json;

namespace CllClip.Engine.Data.Corpora;

/// <summary>Crossmodal-3600 as its authors publish it: <c>captions.jsonl</c>, a line an image, beside the folder of images. Test captions alone.</summary>
/// <param name="folder">Its folder.</param>
internal sealed class Xm3600Captions(CorpusFolder folder) : TableLayout(folder, folder.At(FileName))
{
    /// <summary>The file's name.</summary>
    public const string FileName = "captions.jsonl";

    private const string Key = "image/key";

    /// <inheritdoc/>
    protected override CaptionTable Read(CorpusReport report, CancellationToken stop)
    {
        var table = new CaptionTable();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (line, item) in JsonItems.OfLines(Path, Name, report, stop))
        {
            if (item.Text(Key) is not { Length: > 0 } key)
            {
                report.Error(Name, line, Key, $"The line has no \"{Key}\".", "Download captions.jsonl again.");
                continue;
            }
            var image = key + ".jpg";
            if (!seen.TryAdd(image, line))
            {
                Twice(image, line, seen[image], report);
                continue;
            }
            foreach (var property in item.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object))
            {
                if (!property.Value.TryGetProperty("caption", out var value) || JsonItems.Texts(value) is not { } captions)
                {
                    report.Error(
                        Name,
                        line,
                        "caption",
                        $"\"{property.Name}\" has no \"caption\" with a list of texts.",
                        "Download captions.jsonl again."
                    );
                    continue;
                }
                foreach (var caption in Stripped(captions, Name, line, report))
                {
                    table.Add(property.Name, CorpusSplit.Test, image, caption, line);
                }
            }
        }
        return table;
    }
}
