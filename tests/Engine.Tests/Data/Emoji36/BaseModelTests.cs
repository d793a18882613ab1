using System.Globalization;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Model;
using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests.Data.Emoji36;

/// <summary>The figures of models/emoji-base/README.md, measured elsewhere with other libraries, on the data set prepared here: drawings, split, towers and tokenizer at once.</summary>
public sealed class BaseModelTests : IDisposable
{
    private readonly string caches = Directory.CreateTempSubdirectory("emoji36-features-").FullName;

    [Fact]
    public void The_base_model_finds_unseen_drawings_as_well_as_its_card_says()
    {
        var data = PreparedEmoji36.Dataset;
        using var scope = torch.NewDisposeScope();
        using var model = ClipModel.Load(Path.Combine(PreparedEmoji36.Root, "models", "emoji-base"));
        using var features = new FeatureCache(caches).Load(data, model);

        var (test, set) = Recall(data, features, data.Tests("en").Single(t => t.Protocol == "emoji36-all"));
        Assert.Equal(1_607, set.Images.Count);
        Near([30.4, 59.6, 71.0], Figures(test), 0.5);
        // Four hundred drawings an artist, so one of them is a quarter of a point.
        Near(
            [36.8, 39.1, 14.4, 31.2],
            [
                .. Enumerable
                    .Range(0, 4)
                    .Select(artist => RetrievalRecall.At([.. test.Where((_, i) => data.ArtistOf(set.Images[i]) == artist)], 1)),
            ],
            1.0
        );
        // The card's validation row says nothing of how its drawings were rendered; R@1 is 3 points lower here, R@5 and R@10 a point higher.
        var (validation, chosen) = Recall(data, features, data.Validation("en")!);
        Assert.Equal(332, chosen.Images.Count);
        Near([50.0, 76.8, 86.4], Figures(validation), 4);
    }

    public void Dispose() => Directory.Delete(caches, recursive: true);

    private static double[] Figures(long[] ranks) => [.. Recalls.Cutoffs.Select(k => RetrievalRecall.At(ranks, k))];

    private static (long[] Ranks, RetrievalSet Set) Recall(Emoji36Dataset data, TeacherFeatures features, RetrievalSet set)
    {
        using var scope = torch.NewDisposeScope();
        var names = features.English([.. set.Captions.Select(c => (long)features.RowOf(c))]); // [M, D]
        var images = features.Images([.. set.Images.Select(i => (long)i)]); // [N, D]
        var (ranks, _) = RetrievalRecall.Ranks(names, images, [.. set.ImageOfCaption.Select(i => (long)i)]);
        return (ranks, set);
    }

    // Not to the last digit: drawings rendered by other libraries differ in their antialiasing.
    private static void Near(double[] card, double[] found, double tolerance) =>
        Assert.True(card.Zip(found).All(f => Math.Abs(f.First - f.Second) <= tolerance), $"card {Text(card)}, here {Text(found)}");

    private static string Text(double[] figures) => string.Join(" / ", figures.Select(f => f.ToString("F2", CultureInfo.InvariantCulture)));
}
