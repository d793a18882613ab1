using System.Globalization;
using CllClip.Portal.Features.Leaderboard;
using CllClip.Shared.Results;
using Xunit;

namespace CllClip.Portal.Tests.Features.Leaderboard;

public class PublishedResultsTests
{
    private static readonly ScoreKey T2i = new("xm3600", PublishedResults.Protocol, RetrievalDirection.TextToImage, 1);
    private static readonly ScoreKey I2t = T2i with { Direction = RetrievalDirection.ImageToText };
    private static readonly ScoreKey Coco = T2i with { Dataset = "coco" };

    [Theory]
    [InlineData("xm3600", 29)]
    [InlineData("coco", 29)]
    [InlineData("flickr30k", 6)]
    public void Every_model_of_every_test_set_is_imported(string dataset, int models) =>
        Assert.Equal(models, PublishedResults.Instance.Entries.Count(e => e.Dataset == dataset));

    [Theory]
    [InlineData("CLL-CLIP", false, 17.6, 18.4, 26.4, 23.1)]
    [InlineData("CLL-CLIP", true, 24.3, 12.5, 35.0, 15.3)]
    public void The_papers_headline_rows_are_there(string label, bool teir, double ar, double f, double arI2t, double fI2t)
    {
        var entry = PublishedResults.Instance.Entries.Single(e => e.Dataset == "xm3600" && e.Label == label && e.Teir == teir);
        Assert.Equal((ar, f), (entry.Scores[T2i].Reported!.Ar, entry.Scores[T2i].Reported!.F));
        Assert.Equal((arI2t, fI2t), (entry.Scores[I2t].Reported!.Ar, entry.Scores[I2t].Reported!.F));
        Assert.Empty(entry.Scores[T2i].Final);
        Assert.Equal(36, entry.Scores[T2i].OwnTask.Count);
    }

    [Fact]
    public void Each_cell_equals_the_file()
    {
        foreach (var entry in PublishedResults.Instance.Entries)
        {
            using var text = PublishedResults.Open(entry.File!["published/".Length..])!;
            var lines = text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var header = lines[0].Split(',');
            var model = entry.Id[$"published/{entry.Dataset}/".Length..];
            var row = lines.Single(l => l.StartsWith($"{model},img_r10,", StringComparison.Ordinal)).Split(',');
            var scores = entry.Scores[T2i with { Dataset = entry.Dataset, K = 10 }];
            var cells = scores.Reported is null ? scores.Final : scores.OwnTask;
            foreach (var language in entry.Languages.Except(scores.Lacking))
            {
                var expected = row[Array.IndexOf(header, language)];
                Assert.Equal(expected != "0", cells.TryGetValue(language, out var value));
                Assert.Equal(double.Parse(expected, CultureInfo.InvariantCulture), value);
            }
        }
    }

    [Fact]
    public void Continual_tables_hold_scores_right_after_the_own_task()
    {
        foreach (var entry in PublishedResults.Instance.Entries.Where(e => e.Dataset == "xm3600" && e.Scores[T2i].Reported is not null))
        {
            foreach (var key in new[] { T2i, I2t })
            {
                var scores = entry.Scores[key];
                Assert.InRange(scores.OwnTask.Values.Average() - scores.Reported!.Ar - 35.0 / 36 * scores.Reported.F, -0.35, 0.35);
            }
        }
        using var text = PublishedResults.Open("xm3600_CL_retrieval_cl_AA.csv")!;
        foreach (var line in text.ReadToEnd().Split('\n').Where(l => l.Contains(",img_r1,", StringComparison.Ordinal)))
        {
            var fields = line.Split(',');
            var entry = PublishedResults.Instance.Entries.Single(e => e.Id == "published/xm3600/" + fields[0]);
            Assert.Equal(double.Parse(fields[2], CultureInfo.InvariantCulture), entry.Scores[T2i].OwnTask["en"]);
        }
    }

    [Fact]
    public void English_on_coco_is_a_hole_and_Telugu_zero_shot_a_measured_zero()
    {
        var continual = PublishedResults.Instance.Entries.First(e => e.Dataset == "coco" && e.Scores[Coco].Reported is not null);
        Assert.False(continual.Scores[Coco].OwnTask.ContainsKey("en"));
        var zeroShot = PublishedResults.Instance.Entries.Single(e => e.Dataset == "coco" && e.Method == "zero-shot");
        Assert.Equal(0.0, zeroShot.Scores[Coco].Final["te"]);
    }

    [Theory]
    [InlineData("coco/CL/B16_oEWC_with_TEIR/order222", "oEWC", "oewc", true)]
    [InlineData("coco/CL/B16_P_Tuning/order222", "P-Tuning", "p-tuning", false)]
    [InlineData("coco/MT/JointTrain_CLL_CLIP", "Joint training", "joint", null)]
    [InlineData("zero_shot/openai_clip_B16/evaluations_retrieval", "CLIP, zero-shot", "zero-shot", null)]
    [InlineData("coco/CL/B16_CLL_CLIP_Oracle0_ID1_REG0/order222", "CLL-CLIP, ablation: TEIR's initialisation only", "cll-clip", null)]
    public void Names_of_published_models_are_read(string model, string label, string method, bool? teir)
    {
        var name = PublishedName.Of(model);
        Assert.Equal((label, method, teir), (name.Label, name.Method, name.Teir));
    }
}
