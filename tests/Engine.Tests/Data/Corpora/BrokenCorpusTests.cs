using System.IO.Compression;
using System.Text;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Tests.Data.Images;
using Xunit;

namespace CllClip.Engine.Tests.Data.Corpora;

/// <summary>What is wrong with a data set is named with file and line, everything else is still checked, and nothing half-done is left.</summary>
public class BrokenCorpusTests : CorpusFolderTests
{
    private const string English = "corpus/multilingual_coco/36langs/coco_en.tsv.gz";
    private const string German = "corpus/multilingual_coco/36langs/coco_en-de.tsv.gz";
    private const string TrainItems = "annotations/coco/en/train.json";

    [Fact]
    public void Lines_that_are_not_parallel_are_named()
    {
        Write("coco");
        Rewrite(German, lines => (lines[4], lines[5]) = (lines[5], lines[4]));
        Finds("coco", FindingSeverity.Error, German, 5, "\"blue cat 2\" is not that of line 5");
        Finds("coco", FindingSeverity.Error, German, 6, "is not that of line 6");
    }

    [Fact]
    public void A_file_with_fewer_lines_is_named_with_both_numbers()
    {
        Write("coco");
        Rewrite(German, lines => lines.RemoveAt(lines.Count - 1));
        Finds("coco", FindingSeverity.Error, German, null, "has 23 lines, but corpus/multilingual_coco/36langs/coco_en.tsv.gz has 24");
    }

    [Fact]
    public void Annotations_that_do_not_fit_the_lines_are_named()
    {
        Write("coco");
        Replace(TrainItems, "\"green cat\"", "\"green cow\"");
        Finds("coco", FindingSeverity.Error, TrainItems, 3, "\"green cow\" is not that of line 3");
        Rewrite(English, lines => lines.Add("one more"));
        Finds("coco", FindingSeverity.Error, TrainItems, null, "has 24 items");
    }

    [Fact]
    public void A_missing_translation_is_reported_and_left_out()
    {
        Write("coco");
        Rewrite(German, lines => lines[2] = "green cat\t  ");
        Rewrite(German, lines => lines[7] = "black cat 3");
        Finds("coco", FindingSeverity.Warning, German, 3, "\"green cat\" has no translation");
        Finds("coco", FindingSeverity.Warning, German, 8, "\"black cat 3\" has no translation");
        var data = Open("coco");
        Assert.Equal((24, 22), (data.TrainingPairCount("en"), data.TrainingPairCount("de")));
        Assert.Equal(22, data.TrainingEpoch("de", new Random(1)).Count);
    }

    [Fact]
    public void Images_that_are_missing_cut_off_or_bombs_are_named_where_they_are_first_mentioned()
    {
        Write("coco");
        var images = At("MSCOCO/train2014/COCO_train2014_");
        File.Delete($"{images}000000000001.jpg");
        var whole = File.ReadAllBytes($"{images}000000000002.jpg");
        File.WriteAllBytes($"{images}000000000002.jpg", whole[..(whole.Length / 2)]);
        File.WriteAllBytes($"{images}000000000003.jpg", Pngs.Of(40_000, 25_000, new byte[100]));
        var (_, report) = Prepare("coco");
        Finds(report, FindingSeverity.Error, TrainItems, 3, "000000000001.jpg is missing");
        Finds(report, FindingSeverity.Error, TrainItems, 5, "000000000002.jpg cannot be decoded");
        Finds(report, FindingSeverity.Error, TrainItems, 7, "40000 x 25000 pixels");
        Assert.Equal(3, report.Errors);
    }

    [Fact]
    public void A_picture_with_the_wrong_extension_is_read_and_noted()
    {
        Write("jsonl");
        File.Move(At("pictures/0.jpg"), At("pictures/0.png"));
        Replace("own.jsonl", "pictures/0.jpg", "pictures/0.png");
        Finds("jsonl", FindingSeverity.Note, "pictures/0.png", null, "is a JPEG file");
        Assert.Equal(48, Open("jsonl").ReadImage(0).Width);
    }

    [Fact]
    public void A_folder_without_any_of_the_images_is_one_finding()
    {
        Write("coco");
        Directory.Move(At("MSCOCO"), At("elsewhere"));
        var finding = Assert.Single(Prepare("coco").Report.Findings);
        Assert.Contains("None of the 23 images is there", finding.Message, StringComparison.Ordinal);
        var moved = Registration("coco") with { Images = At("elsewhere") };
        Assert.NotNull(CorpusPreparation.Run(moved, new CorpusReport()));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../secret.jpg")]
    [InlineData("pictures/../../secret.jpg")]
    [InlineData("C:\\\\secret.jpg")]
    public void A_path_that_leads_out_of_the_folder_is_refused(string path)
    {
        Write("jsonl");
        Replace("own.jsonl", "pictures/3.jpg", path);
        Finds("jsonl", FindingSeverity.Error, "own.jsonl", 4, "is refused");
    }

    [Fact]
    public void Text_that_is_not_UTF_8_is_named_by_its_line()
    {
        Write("csv");
        var bytes = File.ReadAllBytes(At("own.csv"));
        bytes[Encoding.UTF8.GetString(bytes).IndexOf("red cat", StringComparison.Ordinal)] = 0xFF;
        File.WriteAllBytes(At("own.csv"), bytes);
        Finds("csv", FindingSeverity.Error, "own.csv", 2, "it is not UTF-8");
        File.WriteAllText(At("own.csv"), "image,split", Encoding.Unicode);
        Finds("csv", FindingSeverity.Error, "own.csv", 1, "it is UTF-16");
    }

    [Fact]
    public void A_line_of_lines_that_is_not_UTF_8_leaves_the_others_checked()
    {
        Write("jsonl");
        var bytes = File.ReadAllBytes(At("own.jsonl"));
        bytes[Encoding.UTF8.GetString(bytes).IndexOf("red cat", StringComparison.Ordinal)] = 0xC0;
        File.WriteAllBytes(At("own.jsonl"), bytes);
        var lines = File.ReadAllText(At("own.jsonl"), Encoding.Latin1).Split('\n');
        lines[4] = "{\"image\": ";
        File.WriteAllText(At("own.jsonl"), string.Join('\n', lines), Encoding.Latin1);
        Finds("jsonl", FindingSeverity.Error, "own.jsonl", 1, "it is not UTF-8");
        Finds("jsonl", FindingSeverity.Error, "own.jsonl", 5, "not valid JSON");
    }

    [Fact]
    public void Images_named_twice_are_named_with_both_lines()
    {
        Write("jsonl");
        Replace("own.jsonl", "pictures/5.jpg", "pictures/2.jpg");
        Finds("jsonl", FindingSeverity.Error, "own.jsonl", 6, "pictures/2.jpg was named before, in line 3");
        Write("xm3600");
        Replace("captions.jsonl", "0000000000000012", "0000000000000011");
        Finds("xm3600", FindingSeverity.Error, "captions.jsonl", 2, "0000000000000011.jpg was named before, in line 1");
        Write("flickr30k");
        Replace("annotations/flickr30k/de/test.json", "18.jpg", "17.jpg");
        Finds("flickr30k", FindingSeverity.Error, "annotations/flickr30k/de/test.json", 2, "17.jpg was named before, in line 1");
    }

    [Fact]
    public void An_empty_split_is_named()
    {
        Write("coco");
        File.WriteAllText(At("annotations/coco/translated/ja/test.json"), "[]");
        Finds("coco", FindingSeverity.Error, "annotations/coco/translated/ja/test.json", null, "The split is empty");
        File.WriteAllText(At("annotations/coco/translated/ja/test.json"), "{}");
        Finds("coco", FindingSeverity.Error, "annotations/coco/translated/ja/test.json", 1, "not a JSON array");
    }

    [Fact]
    public void A_code_that_is_no_language_is_named()
    {
        Write("jsonl");
        Replace("own.jsonl", "\"ja\"", "\"Japanese\"");
        Finds("jsonl", FindingSeverity.Error, "own.jsonl", 1, "'Japanese' is no language tag");
    }

    [Fact]
    public void Broken_JSON_is_named_by_line_and_everything_else_is_still_checked()
    {
        Write("coco");
        var path = At("annotations/coco/en/test.json");
        var lines = File.ReadAllLines(path);
        lines[3] = lines[3].Replace("\"image\":", "\"image\" ", StringComparison.Ordinal);
        File.WriteAllLines(path, lines);
        File.Delete(At("MSCOCO/train2014/COCO_train2014_000000000001.jpg"));
        Rewrite(German, l => l.RemoveAt(0));
        var (_, report) = Prepare("coco");
        Finds(report, FindingSeverity.Error, "annotations/coco/en/test.json", 4, "not valid JSON");
        Finds(report, FindingSeverity.Error, TrainItems, 3, "is missing");
        Finds(report, FindingSeverity.Error, German, null, "has 23 lines");
    }

    [Fact]
    public void An_item_without_image_or_caption_is_named()
    {
        Write("flickr30k");
        Replace("annotations/flickr30k/de/val.json", "{\"image\":\"13.jpg\",", "{");
        Finds("flickr30k", FindingSeverity.Error, "annotations/flickr30k/de/val.json", 2, "no \"image\"");
    }

    [Fact]
    public void A_training_caption_without_an_English_partner_is_left_out()
    {
        Write("flickr30k");
        Replace("annotations/flickr30k/de/train.json", "\"rote Katze 0\"", "\"rote Katze 0\",\"und noch eine\"");
        Finds(
            "flickr30k",
            FindingSeverity.Warning,
            "annotations/flickr30k/de/train.json",
            1,
            "Caption 3 of 0.jpg has no English partner, of which there are 2"
        );
        Assert.Equal(24, Open("flickr30k").TrainingPairCount("de"));
    }

    [Fact]
    public void A_table_with_wrong_rows_names_each()
    {
        Write("csv");
        var rows = File.ReadAllLines(At("own.csv"));
        rows[3] = "pictures/1.jpg,training,en,a cat";
        rows[5] = "pictures/2.jpg,train,en";
        rows[7] = ",train,en,a cat";
        rows[9] = "pictures/4.jpg,train,en,a \"cat";
        File.WriteAllLines(At("own.csv"), rows);
        var (_, report) = Prepare("csv");
        Finds(report, FindingSeverity.Error, "own.csv", 4, "The split 'training' is unknown");
        Finds(report, FindingSeverity.Error, "own.csv", 6, "3 fields");
        Finds(report, FindingSeverity.Error, "own.csv", 8, "names no image");
        Finds(report, FindingSeverity.Error, "own.csv", 10, "quotation mark");
        File.WriteAllLines(At("own.csv"), rows.Skip(1).Prepend("picture,split,language,caption"));
        Finds("csv", FindingSeverity.Error, "own.csv", 1, "no column 'image'");
    }

    [Fact]
    public void A_gzip_that_is_cut_off_is_named()
    {
        Write("coco");
        var bytes = File.ReadAllBytes(At(German));
        File.WriteAllBytes(At(German), bytes[..(bytes.Length - 30)]);
        Finds("coco", FindingSeverity.Error, German, null, "broken or cut off");
        File.WriteAllText(At(German), "red cat\trote Katze");
        Finds("coco", FindingSeverity.Error, German, null, "broken or cut off");
    }

    [Fact]
    public void A_gzip_that_unpacks_to_hundreds_of_times_its_size_is_refused_before_it_fills_the_memory()
    {
        Write("coco");
        using (var bomb = new GZipStream(File.Create(At(German)), CompressionLevel.SmallestSize))
        {
            var lines = new byte[1 << 20];
            lines.AsSpan().Fill((byte)'a');
            for (var end = 1023; end < lines.Length; end += 1024)
            {
                lines[end] = (byte)'\n';
            }
            for (var i = 0; i < 100; i++)
            {
                bomb.Write(lines);
            }
        }
        Finds("coco", FindingSeverity.Error, German, null, "more than 200 times its own size");
    }

    [Fact]
    public void A_folder_of_another_kind_is_refused_with_what_is_looked_for()
    {
        Write("xm3600");
        var wrong = Assert.Throws<EngineException>(() => Prepare("coco"));
        Assert.Contains("does not have the files of MSCOCO36: corpus/multilingual_coco", wrong.Message, StringComparison.Ordinal);
        Assert.Equal(["xm3600"], CorpusLayouts.Detect(Folder));
        Assert.Empty(CorpusLayouts.Detect(At("nowhere")));
    }

    [Fact]
    public void Of_very_many_findings_of_a_kind_the_number_is_kept()
    {
        var report = new CorpusReport();
        for (var line = 1; line <= CorpusReport.MostPerKind + 500; line++)
        {
            report.Add(FindingSeverity.Warning, "a.tsv", line, "missing translation", "No translation.", "It is left out.");
        }
        Assert.Equal(CorpusReport.MostPerKind + 500, report.Warnings);
        Assert.Equal(CorpusReport.MostPerKind + 1, report.Findings.Count);
        Assert.Contains("500 more lines", report.Findings[^1].Message, StringComparison.Ordinal);
    }

    private void Finds(string layout, FindingSeverity severity, string file, int? line, string words) =>
        Finds(Prepare(layout).Report, severity, file, line, words);

    private static void Finds(CorpusReport report, FindingSeverity severity, string file, int? line, string words) =>
        Assert.True(
            report.Findings.Any(f =>
                f.Severity == severity
                && f.File == file
                && f.Line == line
                && f.Message.Contains(words, StringComparison.Ordinal)
                && f.Remedy.Length > 0
            ),
            $"no {severity} at {file}:{line} with “{words}” among:\n{string.Join('\n', report.Findings)}"
        );

    private void Replace(string file, string old, string with)
    {
        var text = File.ReadAllText(At(file));
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(At(file), text.Replace(old, with, StringComparison.Ordinal));
    }

    private void Rewrite(string file, Action<List<string>> change)
    {
        var lines = SmallCorpora.Gunzip(At(file));
        change(lines);
        SmallCorpora.Gzip(At(file), lines);
    }
}
