using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Model;
using CllClip.Engine.Search;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Search;
using Xunit;

namespace CllClip.Portal.Tests.Features.Search;

/// <summary>What the search page promises, with the checkpoints that ship.</summary>
public sealed class ShippedSearchTests
{
    /// <summary>Recall@10 of the gallery with the reference's TEIR run, mean over 36 languages.</summary>
    private const double ReferenceTeir = 59.2;

    [Fact]
    public void Every_example_works_with_the_default_checkpoint_and_with_the_last_stage_of_every_other_that_ships()
    {
        using var bench = new Bench();
        Assert.Equal(SearchExamples.All.Revision, bench.Dataset.Revision);
        foreach (var (run, checkpoint) in bench.Checkpoints)
        {
            var failing =
                from language in SearchExamples.All.Examples
                from query in language.Value
                let vector = checkpoint.Embed(query.Text)
                let place = SearchGallery.PlaceOf(bench.Gallery.Score(vector), bench.Gallery.Find(query.Thing)!.Value)
                where place > ExampleQueries.Within
                select $"{run} {language.Key} '{query.Text}' {place}";
            Assert.Empty(failing);
        }
    }

    [Fact]
    public void Common_names_find_their_thing_at_least_as_often_as_with_the_reference_and_joint_training_is_better()
    {
        using var bench = new Bench();
        var recalls = bench.Checkpoints.ToDictionary(c => c.Run, c => Recall10(bench, c.Checkpoint));
        Assert.All(recalls, r => Assert.True(r.Value >= ReferenceTeir, $"{r.Key}: {r.Value:0.00}"));
        var joint = recalls.Where(r => r.Key.StartsWith("joint", StringComparison.Ordinal)).Min(r => r.Value);
        Assert.All(
            recalls.Where(r => !r.Key.StartsWith("joint", StringComparison.Ordinal)),
            r => Assert.True(r.Value < joint, $"{r.Key}: {r.Value:0.00}, joint {joint:0.00}")
        );
        Assert.True(recalls["joint-marks"] > recalls["joint"], "search opens with the better one");
    }

    /// <summary>Every eighth common name of every language: within half a point of all of them, in an eighth of the time.</summary>
    private static double Recall10(Bench bench, SearchCheckpoint checkpoint)
    {
        var shares = new double[bench.Dataset.Languages.Count];
        var things = bench.Dataset.Emoji.Where(e => e.Common36).Where((_, i) => i % 8 == 0).ToList();
        Parallel.For(
            0,
            shares.Length,
            l =>
                shares[l] =
                    100
                    * things.Average(e =>
                    {
                        var vector = checkpoint.Embed(QueryText.Clean(bench.Dataset.NameOf(bench.Dataset.Languages[l], e.Index)).Text);
                        var scores = bench.Gallery.Score(vector);
                        return SearchGallery.PlaceOf(scores, bench.Gallery.Find(e.CodePoint)!.Value) <= 10 ? 1.0 : 0;
                    })
        );
        return shares.Average();
    }

    private sealed class Bench : IDisposable
    {
        private readonly ClipModel _model;
        private readonly TeacherFeatures _features;

        public Bench()
        {
            Assert.SkipUnless(
                PreparedData.IsThere,
                "The npm packages of Emoji36 are not installed: run 'npm ci' in the root of the repository."
            );
            var shipped = Path.Combine(PreparedData.Root, "shipped");
            var archives = Directory.Exists(shipped)
                ? Directory.EnumerateDirectories(shipped).Select(RunArchive.Read).Where(a => a.ChainFolder is not null).ToList()
                : [];
            Assert.SkipWhen(archives.Count == 0, "No run with weights ships.");
            var artifacts = Path.Combine(PreparedData.Root, "artifacts");
            Dataset = Emoji36Dataset.Open(Path.Combine(artifacts, "emoji36"));
            _model = ClipModel.Load(Path.Combine(PreparedData.Root, "models", "emoji-base"));
            _features = new FeatureCache(Path.Combine(artifacts, "features")).Load(Dataset, _model);
            Gallery = SearchGallery.Of(Dataset, _features);
            var tower = QueryTower.Of(_model);
            Checkpoints =
            [
                .. archives.Select(a =>
                    (a.Run.Id["shipped-".Length..], SearchCheckpoint.Fold(_model, tower, a.ChainFolder!, a.Stages.Count))
                ),
            ];
        }

        public Emoji36Dataset Dataset { get; }

        public SearchGallery Gallery { get; }

        public IReadOnlyList<(string Run, SearchCheckpoint Checkpoint)> Checkpoints { get; }

        public void Dispose()
        {
            _features.Dispose();
            _model.Dispose();
        }
    }
}
