using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Images;
using SkiaSharp;

namespace CllClip.Benchmarks;

/// <summary>
/// Emoji36 as files in the layouts that users bring, MSCOCO36's and XM3600's: something real to try the registration of data sets with, in any of the
/// 36 languages.
/// </summary>
internal sealed class CorpusCommand : IBenchmark
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Verb => "corpus";

    public string Summary => "DATASET OUT LANGUAGES(comma): Emoji36 in the layouts of MSCOCO36 (OUT/coco) and XM3600 (OUT/xm3600)";

    public int Run(string[] args)
    {
        if (args.Length < 3)
        {
            Console.Error.WriteLine(Summary);
            return 2;
        }
        var (data, languages) = (Emoji36Dataset.Open(args[0]), args[2].Split(',').Prepend("en").Distinct().ToArray());
        var named = data.Emoji.Where(e => languages.All(l => data.NameOf(l, e.Index) is not null)).ToList();
        Coco(data, languages, named, Path.Combine(args[1], "coco"));
        Xm3600(data, languages, [.. named.Where(e => e.TestImage >= 0)], Path.Combine(args[1], "xm3600"));
        return 0;
    }

    private static void Coco(Emoji36Dataset data, string[] languages, List<EmojiItem> emoji, string folder)
    {
        var lines = emoji.SelectMany(e => e.TrainingImages.Select(i => (Emoji: e, Image: i))).ToList();
        foreach (var language in languages)
        {
            var name = language == "en" ? "coco_en" : $"coco_en-{language}";
            var path = Path.Combine(folder, "corpus/multilingual_coco/36langs", $"{name}.tsv.gz");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var packed = new GZipStream(File.Create(path), CompressionLevel.Optimal);
            foreach (var (e, _) in lines)
            {
                var english = data.NameOf("en", e.Index)!;
                packed.Write(Encoding.UTF8.GetBytes(language == "en" ? $"{english}\n" : $"{english}\t{data.NameOf(language, e.Index)}\n"));
            }
        }
        Write(
            Path.Combine(folder, "annotations/coco/en/train.json"),
            lines.Select(l => new
            {
                image = ImageName(l.Image),
                caption = data.NameOf("en", l.Emoji.Index),
                image_id = l.Image,
            })
        );
        foreach (var language in languages)
        {
            var own = language == "en" ? "en" : $"translated/{language}";
            foreach (
                var (split, image) in new (string, Func<EmojiItem, int>)[] { ("val", e => e.ValidationImage), ("test", e => e.TestImage) }
            )
            {
                Write(
                    Path.Combine(folder, $"annotations/coco/{own}/{split}.json"),
                    emoji
                        .Where(e => image(e) >= 0)
                        .Select(e => new
                        {
                            image = ImageName(image(e)),
                            caption = new[] { data.NameOf(language, e.Index) },
                            image_id = image(e),
                        })
                );
            }
        }
        var used = emoji.SelectMany(e => e.TrainingImages.Append(e.ValidationImage).Append(e.TestImage)).Where(i => i >= 0).Distinct();
        Parallel.ForEach(used, i => Picture(data.ReadImage(i), Path.Combine(folder, "MSCOCO", ImageName(i))));
    }

    private static void Xm3600(Emoji36Dataset data, string[] languages, List<EmojiItem> emoji, string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllLines(
            Path.Combine(folder, "captions.jsonl"),
            emoji.Select(e =>
            {
                var line = new Dictionary<string, object> { ["image/key"] = $"{e.TestImage:x16}", ["image/locale"] = "en" };
                foreach (var language in languages)
                {
                    line[language] = new
                    {
                        caption = data.KeywordsOf(language, e.Index).Prepend(data.NameOf(language, e.Index)!).Distinct().Take(3),
                    };
                }
                return JsonSerializer.Serialize(line, Json);
            })
        );
        Parallel.ForEach(emoji, e => Picture(data.ReadImage(e.TestImage), Path.Combine(folder, "images", $"{e.TestImage:x16}.jpg")));
    }

    private static string ImageName(int image) => $"train2014/COCO_train2014_{image:000000000000}.png";

    private static void Write<T>(string path, IEnumerable<T> items)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "[" + string.Join(",\n", items.Select(i => JsonSerializer.Serialize(i, Json))) + "]");
    }

    private static void Picture(RgbImage image, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SKBitmap(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var pixels = new byte[4 * image.Width * image.Height];
        for (var i = 0; i < image.Width * image.Height; i++)
        {
            image.Pixels.AsSpan(3 * i, 3).CopyTo(pixels.AsSpan(4 * i));
            pixels[4 * i + 3] = byte.MaxValue;
        }
        Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using var data = bitmap.Encode(
            path.EndsWith(".jpg", StringComparison.Ordinal) ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png,
            95
        );
        File.WriteAllBytes(path, data.ToArray());
    }
}
