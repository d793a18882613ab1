using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SkiaSharp;

namespace CllClip.Engine.Tests.Data.Corpora;

/// <summary>Writes small data sets in the layouts that users bring: coloured squares with captions in three languages.</summary>
public static class SmallCorpora
{
    public const int TrainImages = 12;
    public const int ValImages = 5;
    public const int TestImages = 6;
    public const int CaptionsPerImage = 2;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, (string[] Colours, string[] Things)> Words = new()
    {
        ["en"] = (["red", "green", "blue", "black"], ["cat", "dog", "house", "tree", "sun", "fish"]),
        ["de"] = (["rote", "grüne", "blaue", "schwarze"], ["Katze", "Hündin", "Hütte", "Tanne", "Sonne", "Forelle"]),
        ["ja"] = (["赤い", "緑の", "青い", "黒い"], ["猫", "犬", "家", "木", "太陽", "魚"]),
    };

    public static string[] Languages => [.. Words.Keys];

    /// <summary>Caption of an image; each has two.</summary>
    public static string Caption(string language, int image, int which) =>
        $"{Words[language].Colours[image % 4]} {Words[language].Things[image / 4]}" + (which == 0 ? "" : $" {image}");

    /// <summary>Writes a data set in the layout of that name.</summary>
    public static void Write(string layout, string folder)
    {
        Action<string> write = layout switch
        {
            "coco" => Coco,
            "cc3m" => Cc3m,
            "xm3600" => Xm3600,
            "xm3600-annotated" => Xm3600Annotated,
            "flickr30k" => Flickr30k,
            "jsonl" => JsonLines,
            "csv" => Csv,
            _ => throw new ArgumentOutOfRangeException(nameof(layout), layout, "No such layout."),
        };
        write(folder);
    }

    /// <summary>MSCOCO36 as the paper's authors distribute it.</summary>
    public static void Coco(string folder)
    {
        PaperLines(folder, "coco", image => $"train2014/COCO_train2014_{image:000000000000}.jpg");
        Images(Path.Combine(folder, "MSCOCO"), All.Select(CocoImage));
        foreach (var (file, first, count) in new[] { ("val", TrainImages, ValImages), ("test", TrainImages + ValImages, TestImages) })
        {
            foreach (var language in Languages)
            {
                var at = language == "en" ? $"annotations/coco/en/{file}.json" : $"annotations/coco/translated/{language}/{file}.json";
                Annotations(Path.Combine(folder, at), language, first, count, CocoImage);
            }
        }
    }

    /// <summary>CC3M in the same layout: files without duplicate lines, and where each line went.</summary>
    public static void Cc3m(string folder)
    {
        PaperLines(folder, "cc3m", image => $"images/{image}_77", image => 100 + image);
        var table = Enumerable.Range(0, TrainImages * CaptionsPerImage).ToDictionary(i => $"{100 + i}", i => i);
        File.WriteAllText(Path.Combine(folder, "corpus/multilingual_cc3m/36langs/line2idx.json"), JsonSerializer.Serialize(table));
        Images(Path.Combine(folder, "cc3m"), Enumerable.Range(0, TrainImages).Select(i => $"images/{i}_77"));
    }

    /// <summary>XM3600 as its authors publish it.</summary>
    public static void Xm3600(string folder)
    {
        Images(Path.Combine(folder, "images"), Tests.Select(i => $"{i:x16}.jpg"));
        var lines = Tests.Select(i =>
        {
            var line = new Dictionary<string, object> { ["image/key"] = $"{i:x16}", ["image/locale"] = "th" };
            foreach (var language in Languages)
            {
                line[language] = new Dictionary<string, object>
                {
                    ["caption"] = Captions(language, i),
                    ["caption/tokenized"] = Captions(language, i),
                };
            }
            return JsonSerializer.Serialize(line, Plain);
        });
        File.WriteAllLines(Path.Combine(folder, "captions.jsonl"), lines);
    }

    /// <summary>XM3600 in the paper's layout.</summary>
    public static void Xm3600Annotated(string folder)
    {
        Images(Path.Combine(folder, "XM3600"), Tests.Select(i => $"{i:x16}.jpg"));
        foreach (var language in Languages)
        {
            Annotations(
                Path.Combine(folder, $"annotations/xm3600/{language}/test.json"),
                language,
                Tests.First(),
                TestImages,
                i => $"{i:x16}.jpg"
            );
        }
    }

    /// <summary>Flickr30k in the paper's layout.</summary>
    public static void Flickr30k(string folder)
    {
        Images(Path.Combine(folder, "Flickr30k"), All.Select(i => $"{i}.jpg"));
        foreach (var language in Languages)
        {
            foreach (
                var (split, first, count) in new[]
                {
                    ("train", 0, TrainImages),
                    ("val", TrainImages, ValImages),
                    ("test", TrainImages + ValImages, TestImages),
                }
            )
            {
                Annotations(
                    Path.Combine(folder, $"annotations/flickr30k/{language}/{split}.json"),
                    language,
                    first,
                    count,
                    i => $"{i}.jpg"
                );
            }
        }
    }

    /// <summary>Own data as JSON Lines.</summary>
    public static void JsonLines(string folder)
    {
        Images(folder, All.Select(i => $"pictures/{i}.jpg"));
        File.WriteAllLines(
            Path.Combine(folder, "own.jsonl"),
            All.Select(i =>
                JsonSerializer.Serialize(
                    new
                    {
                        image = $"pictures/{i}.jpg",
                        split = Split(i),
                        captions = Languages.ToDictionary(l => l, l => Captions(l, i)),
                    },
                    Plain
                )
            )
        );
    }

    /// <summary>Own data as a table.</summary>
    public static void Csv(string folder)
    {
        Images(folder, All.Select(i => $"pictures/{i}.jpg"));
        var rows =
            from language in Languages
            from image in All
            from which in Enumerable.Range(0, CaptionsPerImage)
            select $"pictures/{image}.jpg,{Split(image)},{language},\"{Caption(language, image, which)}, \"\"seen\"\"\"";
        File.WriteAllLines(Path.Combine(folder, "own.csv"), rows.Prepend("image,split,language,caption"));
    }

    /// <summary>Writes lines into a file packed by gzip.</summary>
    public static void Gzip(string path, IEnumerable<string> lines)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var stream = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        stream.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l + "\n"))));
    }

    /// <summary>Lines of a file packed by gzip.</summary>
    public static List<string> Gunzip(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return [.. reader.ReadToEnd().TrimEnd('\n').Split('\n')];
    }

    /// <summary>Writes pictures of one colour each.</summary>
    public static void Images(string folder, IEnumerable<string> names)
    {
        foreach (var (name, i) in names.Select((n, i) => (n, i)))
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var bitmap = new SKBitmap(48 + i, 40);
            bitmap.Erase(SKColor.FromHsl(i * 53 % 360, 80, 30 + i * 7 % 50));
            using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);
            File.WriteAllBytes(path, data.ToArray());
        }
    }

    private static IEnumerable<int> All => Enumerable.Range(0, TrainImages + ValImages + TestImages);

    private static IEnumerable<int> Tests => All.TakeLast(TestImages);

    private static string Split(int image) =>
        image < TrainImages ? "train"
        : image < TrainImages + ValImages ? "val"
        : "test";

    private static string CocoImage(int image) =>
        image < TrainImages ? $"train2014/COCO_train2014_{image:000000000000}.jpg" : $"val2014/COCO_val2014_{image:000000000000}.jpg";

    private static string[] Captions(string language, int image) =>
        [.. Enumerable.Range(0, CaptionsPerImage).Select(which => Caption(language, image, which))];

    private static void PaperLines(string folder, string name, Func<int, string> image, Func<int, int>? id = null)
    {
        var lines = Path.Combine(folder, $"corpus/multilingual_{name}/36langs");
        var items = Enumerable
            .Range(0, TrainImages)
            .SelectMany(i => Enumerable.Range(0, CaptionsPerImage).Select(which => (i, which)))
            .ToList();
        Gzip(Path.Combine(lines, $"{name}_en.tsv.gz"), items.Select(x => Caption("en", x.i, x.which)));
        foreach (var language in Languages.Skip(1))
        {
            Gzip(
                Path.Combine(lines, $"{name}_en-{language}.tsv.gz"),
                items.Select(x => $"{Caption("en", x.i, x.which)}\t{Caption(language, x.i, x.which)}")
            );
        }
        Json(
            Path.Combine(folder, $"annotations/{name}/en/train.json"),
            items.Select(
                (x, n) =>
                    new
                    {
                        image = image(x.i),
                        caption = Caption("en", x.i, x.which),
                        image_id = id?.Invoke(n) ?? x.i,
                    }
            )
        );
    }

    private static void Annotations(string path, string language, int first, int count, Func<int, string> image) =>
        Json(
            path,
            Enumerable
                .Range(first, count)
                .Select(i => new
                {
                    image = image(i),
                    caption = Captions(language, i),
                    image_id = i - first,
                })
        );

    private static void Json<T>(string path, IEnumerable<T> items)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "[" + string.Join(",\n", items.Select(i => JsonSerializer.Serialize(i, Plain))) + "]");
    }
}
