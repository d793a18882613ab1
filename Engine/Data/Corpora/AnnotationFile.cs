using System.Text.Json;

namespace CllClip.Engine.Data.Corpora;

/// <summary>Annotations in the paper's form (after Karpathy's): a list of <c>{"image": …, "caption": … or […], "image_id": …}</c>.</summary>
internal static class AnnotationFile
{
    /// <summary>The items of a file; one without image or caption is reported and left out.</summary>
    public static IEnumerable<(int Line, string Image, IReadOnlyList<string> Captions, JsonElement Item)> Read(
        string path,
        string name,
        CorpusReport report,
        CancellationToken stop
    )
    {
        foreach (var (line, item) in JsonItems.OfArray(path, name, report, stop))
        {
            var image = item.Text("image");
            var captions = item.TryGetProperty("caption", out var value) ? JsonItems.Texts(value) : null;
            if (image is null || captions is null)
            {
                report.Error(
                    name,
                    line,
                    "item",
                    $"The item has no {(image is null ? "\"image\"" : "\"caption\" (a text or a list of texts)")}.",
                    "Write {\"image\": \"a.jpg\", \"caption\": [\"…\"], \"image_id\": 0}."
                );
                continue;
            }
            yield return (line, image, captions, item);
        }
    }
}
