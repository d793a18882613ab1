using CllClip.Engine.Data;
using CllClip.Engine.Data.Corpora;
using Xunit;

namespace CllClip.Engine.Tests.Data.Corpora;

public class CorpusDatasetTests : CorpusFolderTests
{
    private const int TrainingPairs = SmallCorpora.TrainImages * SmallCorpora.CaptionsPerImage;
    private const int TestCaptions = SmallCorpora.TestImages * SmallCorpora.CaptionsPerImage;

    [Theory]
    [InlineData("coco")]
    [InlineData("flickr30k")]
    [InlineData("jsonl")]
    [InlineData("csv")]
    public void A_layout_with_all_splits_gives_every_pair_and_every_query(string layout)
    {
        Write(layout);
        var data = Open(layout);
        Assert.Equal(["en", "de", "ja"], data.Languages);
        Assert.Equal(SmallCorpora.TrainImages + SmallCorpora.ValImages + SmallCorpora.TestImages, data.ImageCount);
        var ending = layout == "csv" ? ", \"seen\"" : "";
        foreach (var language in data.Languages)
        {
            var pairs = data.TrainingEpoch(language, new Random(1));
            Assert.Equal(TrainingPairs, pairs.Count);
            Assert.Equal(TrainingPairs, data.TrainingPairCount(language));
            var wanted =
                from image in Enumerable.Range(0, SmallCorpora.TrainImages)
                from which in Enumerable.Range(0, SmallCorpora.CaptionsPerImage)
                select new TrainingPair(
                    image,
                    SmallCorpora.Caption("en", image, which) + ending,
                    SmallCorpora.Caption(language, image, which) + ending,
                    language
                );
            Assert.Equal(wanted.ToHashSet(), pairs.ToHashSet());
            Assert.NotEqual(wanted, pairs); // shuffled
            Assert.Equal(TrainingPairs, data.TrainingTexts(language).Count);
            var test = data.Tests(language)[0];
            Assert.Equal((CorpusDataset.AllCaptions, language), (test.Protocol, test.Language));
            Assert.Equal(SmallCorpora.TestImages, test.Images.Count);
            Assert.Equal(TestCaptions, test.Captions.Count);
            for (var c = 0; c < TestCaptions; c++)
            {
                var image = SmallCorpora.TrainImages + SmallCorpora.ValImages + c / SmallCorpora.CaptionsPerImage;
                Assert.Equal(SmallCorpora.Caption(language, image, c % SmallCorpora.CaptionsPerImage) + ending, test.Captions[c]);
                Assert.Equal(48 + image, data.ReadImage(test.Images[test.ImageOfCaption[c]]).Width); // each picture has a width of its own
            }
            Assert.Equal(SmallCorpora.ValImages, data.Validation(language)!.Images.Count);
        }
    }

    [Theory]
    [InlineData("xm3600")]
    [InlineData("xm3600-annotated")]
    public void XM3600_is_for_tests_alone_in_both_forms(string layout)
    {
        Write(layout);
        var data = Open(layout);
        Assert.Equal(SmallCorpora.TestImages, data.ImageCount);
        Assert.Empty(data.TrainingTexts("en"));
        Assert.Equal(0, data.TrainingPairCount("de"));
        Assert.Null(data.Validation("de"));
        var (all, first) = (data.Tests("ja")[0], data.Tests("ja")[1]);
        Assert.Equal(TestCaptions, all.Captions.Count);
        Assert.Equal(CorpusDataset.FirstCaption, first.Protocol);
        Assert.Equal(Enumerable.Range(17, SmallCorpora.TestImages).Select(i => SmallCorpora.Caption("ja", i, 0)), first.Captions);
        Assert.Equal(Enumerable.Range(0, SmallCorpora.TestImages), first.ImageOfCaption);
    }

    [Fact]
    public void CC3M_is_read_through_the_table_of_dropped_duplicates()
    {
        Write("cc3m");
        // line 103 of the original was a duplicate of line 100 and went with it: everything after moves up by one
        var lines = At("corpus/multilingual_cc3m/36langs/");
        foreach (var file in Directory.GetFiles(lines, "*.tsv.gz"))
        {
            var texts = SmallCorpora.Gunzip(file);
            texts.RemoveAt(3);
            SmallCorpora.Gzip(file, texts);
        }
        var table = Enumerable
            .Range(0, TrainingPairs)
            .Select(i => $"\"{100 + i}\":{(i == 3 ? 0 : i > 3 ? i - 1 : i)}");
        File.WriteAllText(Path.Combine(lines, "line2idx.json"), "{" + string.Join(',', table) + "}");
        var annotations = At("annotations/cc3m/en/train.json");
        var items = File.ReadAllText(annotations);
        File.WriteAllText(annotations, items.Replace("\"green cat 1\"", "\"red cat\"", StringComparison.Ordinal));
        var data = Open("cc3m");
        Assert.Empty(data.Tests("de"));
        var pairs = data.TrainingEpoch("de", new Random(1)).OrderBy(p => p.Image).ToList();
        Assert.Equal(TrainingPairs, pairs.Count);
        Assert.Equal(
            [("green cat", "grüne Katze"), ("red cat", "rote Katze")],
            pairs.Where(p => p.Image == 1).Select(p => (p.English, p.Caption)).Order()
        );
        Assert.Equal(TrainingPairs - 1, data.TrainingTexts("de").Count);
    }

    [Fact]
    public void A_language_outside_the_36_is_welcome()
    {
        Write("jsonl");
        var path = At("own.jsonl");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"ja\":", "\"pt-BR\":", StringComparison.Ordinal));
        var (manifest, report) = Prepare("jsonl");
        Assert.Contains("pt-BR", manifest!.Languages.Keys);
        var finding = Assert.Single(report.Findings);
        Assert.Equal((FindingSeverity.Note, 1), (finding.Severity, finding.Line));
        Assert.Equal(TrainingPairs, CorpusDataset.Open(manifest).TrainingPairCount("pt-BR"));
    }

    [Fact]
    public void A_training_caption_is_paired_by_its_position_even_if_one_before_it_is_empty()
    {
        Write("jsonl");
        var path = At("own.jsonl");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"rote Katze\",", "\" \",", StringComparison.Ordinal));
        var data = Open("jsonl");
        Assert.Equal(TrainingPairs - 1, data.TrainingPairCount("de"));
        var pair = Assert.Single(data.TrainingEpoch("de", new Random(1)), p => p.Image == 0);
        Assert.Equal(("red cat 0", "rote Katze 0"), (pair.English, pair.Caption));
    }

    [Fact]
    public void The_same_data_has_the_same_revision_and_other_data_another()
    {
        Write("coco");
        var first = Prepare("coco").Manifest!.Revision;
        Assert.Equal(first, Prepare("coco").Manifest!.Revision);
        SmallCorpora.Images(At("MSCOCO"), ["x.jpg", "val2014/COCO_val2014_000000000020.jpg"]); // other bytes
        Assert.NotEqual(first, Prepare("coco").Manifest!.Revision);
    }

    [Fact]
    public void A_manifest_comes_back_as_it_was_written_and_opens_where_a_file_was_only_touched()
    {
        Write("coco");
        var (manifest, _) = Prepare("coco");
        manifest!.Write(At("manifest.json"));
        var read = CorpusManifest.Read(At("manifest.json"))!;
        Assert.Equal(manifest.Revision, read.Revision);
        Assert.Equal(manifest.Images, read.Images);
        Assert.Equal(manifest.Languages, read.Languages);
        File.SetLastWriteTimeUtc(At("annotations/coco/en/test.json"), DateTime.UtcNow.AddHours(1));
        Assert.Equal(manifest.Images.Count, CorpusDataset.Open(read).ImageCount);
    }

    [Fact]
    public void A_file_that_changed_is_named_when_the_data_set_is_opened()
    {
        Write("coco");
        var (manifest, _) = Prepare("coco");
        SmallCorpora.Gzip(At("corpus/multilingual_coco/36langs/coco_en-de.tsv.gz"), ["red cat\trote Katze"]);
        var changed = Assert.Throws<EngineException>(() => CorpusDataset.Open(manifest!));
        Assert.Contains("coco_en-de.tsv.gz has changed", changed.Message, StringComparison.Ordinal);
        File.Delete(At("corpus/multilingual_coco/36langs/coco_en-de.tsv.gz"));
        Assert.Contains("is gone", Assert.Throws<EngineException>(() => CorpusDataset.Open(manifest!)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_images_are_left_out_with_their_captions_if_so_wished()
    {
        Write("coco");
        File.Delete(At("MSCOCO/train2014/COCO_train2014_000000000000.jpg"));
        File.WriteAllText(At("MSCOCO/val2014/COCO_val2014_000000000017.jpg"), "no picture");
        var (refused, report) = Prepare("coco");
        Assert.Null(refused);
        Assert.Equal(2, report.Errors);
        var data = Open("coco", leaveOut: true);
        Assert.Equal(SmallCorpora.TrainImages + SmallCorpora.ValImages + SmallCorpora.TestImages - 2, data.ImageCount);
        Assert.Equal(TrainingPairs - 2, data.TrainingPairCount("de"));
        Assert.Equal(TrainingPairs - 2, data.TrainingEpoch("de", new Random(1)).Count);
        Assert.DoesNotContain(data.TrainingEpoch("de", new Random(1)), p => p.English.StartsWith("red cat", StringComparison.Ordinal));
        var test = data.Tests("de")[0];
        Assert.Equal(SmallCorpora.TestImages - 1, test.Images.Count);
        Assert.Equal(48 + 18, data.ReadImage(test.Images[0]).Width);
    }

    [Fact]
    public void Windows_line_ends_and_a_byte_order_mark_are_noted_and_read_past()
    {
        Write("jsonl");
        var path = At("own.jsonl");
        File.WriteAllText(path, "\uFEFF" + File.ReadAllText(path).Replace("\n", "\r\n", StringComparison.Ordinal));
        var (manifest, report) = Prepare("jsonl");
        Assert.NotNull(manifest);
        Assert.All(report.Findings, f => Assert.Equal(FindingSeverity.Note, f.Severity));
        Assert.Equal(2, report.Findings.Count);
        Assert.Equal("red cat", CorpusDataset.Open(manifest!).TrainingTexts("en")[0]);
    }

    [Fact]
    public void Preparing_stops_when_told_to()
    {
        Write("coco");
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            CorpusPreparation.Run(Registration("coco"), new CorpusReport(), stop: stop.Token)
        );
    }
}
