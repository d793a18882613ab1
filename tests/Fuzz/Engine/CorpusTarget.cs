using System.IO.Compression;
using System.Text;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Tests.Data.Corpora;

namespace CllClip.Fuzz.Engine;

/// <summary>
/// Data sets in every layout, checked and prepared with one file that is not to be trusted; the kind is <c>LAYOUT/FILE</c>, with <c>#text</c> where a packed file's
/// text is changed instead of its bytes, and <c>names/…</c> for a folder's name.
/// </summary>
internal sealed class CorpusTarget : IFuzzTarget
{
    private const string Text = "#text";
    private const string Names = "names";
    private static readonly string[] _layouts = ["coco", "cc3m", "xm3600", "xm3600-annotated", "flickr30k", "jsonl", "csv"];

    private static readonly string[] _files =
    [
        "coco/corpus/multilingual_coco/36langs/coco_en.tsv.gz",
        "coco/corpus/multilingual_coco/36langs/coco_en-de.tsv.gz",
        "coco/corpus/multilingual_coco/36langs/coco_en-de.tsv.gz" + Text,
        "coco/annotations/coco/en/train.json",
        "coco/annotations/coco/translated/de/val.json",
        "cc3m/corpus/multilingual_cc3m/36langs/cc3m_en.tsv.gz" + Text,
        "cc3m/corpus/multilingual_cc3m/36langs/line2idx.json",
        "cc3m/annotations/cc3m/en/train.json",
        "xm3600/captions.jsonl",
        "xm3600-annotated/annotations/xm3600/ja/test.json",
        "flickr30k/annotations/flickr30k/en/train.json",
        "flickr30k/annotations/flickr30k/de/test.json",
        "jsonl/own.jsonl",
        "csv/own.csv",
    ];

    private readonly FuzzFolder _folder = new();
    private readonly string _nowhere;

    public CorpusTarget()
    {
        foreach (var layout in _layouts)
        {
            SmallCorpora.Write(layout, _folder.At(layout));
        }
        _nowhere = Directory.CreateDirectory(_folder.At("no-images")).FullName;
        Samples =
        [
            .. _files.Select(f => new FuzzInput(f, Content(f))),
            new FuzzInput("jsonl/own.jsonl", """{"image":"pictures/1.jpg","split":"test","captions":{"en":["a"],"de":"b"}}"""u8.ToArray()),
            new FuzzInput("csv/own.csv", "image,split,language,caption\r\npictures/1.jpg,test,en,\"a, \"\"b\"\"\nc\"\r\n"u8.ToArray()),
            new FuzzInput(Names, "pt-BR"u8.ToArray()),
            new FuzzInput(Names, "a:1"u8.ToArray()),
        ];
    }

    /// <inheritdoc/>
    public string Name => "corpora";

    /// <inheritdoc/>
    public IReadOnlyList<FuzzInput> Samples { get; }

    /// <inheritdoc/>
    public long MostAllocated => 512 << 20; // a file of 1 MiB is read once for each language and split

    /// <inheritdoc/>
    public IReadOnlyList<string> Words { get; } =
    [
        "\"image\":",
        "\"caption\":",
        "\"captions\":",
        "\"image_id\":",
        "\"split\":\"val\"",
        "\"image/key\":",
        "\\ud800",
        "\uFEFF",
        "\r\n",
        "\t",
        "\"\"",
        "../",
        "C:\\",
        "train",
        "restval",
        "language",
        "\0",
    ];

    /// <inheritdoc/>
    public string? Read(FuzzInput input)
    {
        var (layout, kind) = input.Kind == Names ? ("flickr30k", "flickr30k") : Layout(input.Kind);
        var path = Write(input);
        try
        {
            var report = new CorpusReport();
            CorpusManifest? manifest = null;
            var registration = new CorpusRegistration
            {
                Id = "fuzz",
                Name = "Fuzz",
                Kind = kind,
                Folder = _folder.At(layout),
                Images = kind is "jsonl" or "csv" ? null : _nowhere, // decoding has a target of its own; here are paths of images
                LeaveOutBroken = input.Bytes.Length % 2 == 0,
            };
            var refusal = FuzzFolder.Refusal(() => manifest = CorpusPreparation.Run(registration, report), null);
            if (manifest is null && refusal is null && report.Errors == 0)
            {
                throw new FuzzFault("nothing came of it, and nothing is said to be wrong");
            }
            foreach (var finding in report.Findings)
            {
                if (finding.Message.Length > 1 << 21)
                {
                    throw new FuzzFault($"a finding has {finding.Message.Length} characters");
                }
            }
            if (manifest is not null)
            {
                Open(manifest);
            }
            // without images every one of these has an error: what else is wrong tells the cases apart
            var wrong = report.Findings.FirstOrDefault(f =>
                f.Severity == FindingSeverity.Error && !f.Message.StartsWith("None of the", StringComparison.Ordinal)
            );
            return refusal ?? wrong?.Message;
        }
        finally
        {
            Restore(input, path);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>What was prepared is opened as runs open it, its manifest written and read again.</summary>
    private void Open(CorpusManifest manifest)
    {
        var path = _folder.At("manifest.json");
        manifest.Write(path);
        _ = CorpusDataset.Open(CorpusManifest.Read(path) ?? throw new FuzzFault("the manifest is not read again"));
        foreach (var image in manifest.Images)
        {
            var full = Path.GetFullPath(Path.Combine(manifest.ImageFolder, image));
            if (!full.StartsWith(_folder.Path, StringComparison.Ordinal))
            {
                throw new FuzzFault($"the image {image} lies outside");
            }
        }
    }

    private static (string Layout, string Kind) Layout(string kind)
    {
        var layout = kind.Split('/')[0];
        return (layout, layout == "xm3600-annotated" ? "xm3600" : layout);
    }

    private byte[] Content(string file)
    {
        if (!file.EndsWith(Text, StringComparison.Ordinal))
        {
            return File.ReadAllBytes(_folder.At(file));
        }
        using var unpacked = new GZipStream(File.OpenRead(_folder.At(file[..^Text.Length])), CompressionMode.Decompress);
        using var text = new MemoryStream();
        unpacked.CopyTo(text);
        return text.ToArray();
    }

    private string Write(FuzzInput input)
    {
        if (input.Kind == Names)
        {
            var name = new string([.. Encoding.UTF8.GetString(input.Bytes).Take(40).Where(c => c is not ('/' or '\0'))]);
            var file = Path.Combine(
                "flickr30k",
                "annotations",
                "flickr30k",
                name is "" or "." or ".." or "en" or "de" or "ja" ? "x" : name,
                "test.json"
            );
            return _folder.Write(file, "[]"u8.ToArray());
        }
        return _folder.Write(
            input.Kind.Replace(Text, ""),
            input.Kind.EndsWith(Text, StringComparison.Ordinal) ? Packed(input.Bytes) : input.Bytes
        );
    }

    private void Restore(FuzzInput input, string path)
    {
        if (input.Kind == Names)
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
            return;
        }
        var good = Samples.First(s => s.Kind == input.Kind).Bytes;
        File.WriteAllBytes(path, input.Kind.EndsWith(Text, StringComparison.Ordinal) ? Packed(good) : good);
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }
}
