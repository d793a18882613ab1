using CllClip.Engine.Evaluation;
using CllClip.Engine.Training;
using CllClip.Shared.Results;
using Xunit;

namespace CllClip.Engine.Tests.Training;

/// <summary>Runs on one data set that are evaluated on others as well.</summary>
public sealed class TestSetTests : ToyRuns
{
    private static readonly ToyDataset Small = new()
    {
        Id = "small",
        Languages = ["ja", "eo", "de"],
        HeadlineProtocol = "all-captions",
        Things = 12,
    };

    private static readonly ToyDataset Same = new() { Id = "same" };

    [Fact]
    public void Every_language_seen_that_a_further_set_has_is_scored_there_and_nothing_else_changes()
    {
        var alone = Run(Plan("cll-clip", true, "alone"));
        TestSets = [Small, Same];
        var run = Run(Plan("cll-clip", true, "a"));
        Assert.Equal(alone.Scores, run.Scores.Where(s => s.Dataset is null));
        string[][] expected =
        [
            [],
            ["de"],
            ["de", "ja"],
            ["de", "ja"],
        ];
        foreach (var stage in Enumerable.Range(1, 4))
        {
            var small = run.Scores.Where(s => s.Stage == stage && s.Dataset == "small").ToList();
            Assert.Equal(expected[stage - 1], small.Select(s => s.Language).Distinct());
            Assert.Equal(6 * expected[stage - 1].Length, small.Count);
            Assert.All(small, s => Assert.Equal(("all-captions", 12), (s.Protocol, s.N)));
        }
        // The same pictures and captions under another name give the same recall: tower, rows and tokenizer are the stage's.
        Assert.Equal(alone.Scores, run.Scores.Where(s => s.Dataset == "same").Select(s => s with { Dataset = null }));
        Assert.Equal(Summary(alone.Scores), Summary(run.Scores));
        Assert.Null(run.Scores[0].Dataset); // tells the headline
    }

    [Theory]
    [InlineData("zero-shot", false)]
    [InlineData("joint", false)]
    [InlineData("mla", true)]
    public void Methods_of_every_kind_are_evaluated_on_further_sets(string method, bool teir)
    {
        TestSets = [Small];
        var run = Run(Plan(method, teir, "a"));
        var last = run.Scores.Max(s => s.Stage);
        Assert.Equal(["de", "ja"], run.Scores.Where(s => s.Dataset == "small" && s.Stage == last).Select(s => s.Language).Distinct());
    }

    [Fact]
    public void A_resumed_run_reports_the_scores_of_further_sets_again()
    {
        TestSets = [Small];
        var whole = Run(Plan("cll-clip", true, "whole"));
        using var stop = new CancellationTokenSource();
        var plan = Plan("cll-clip", true, "parts");
        Assert.Throws<OperationCanceledException>(() =>
            Run(plan, e => (e is StageFinished { Stage.Stage: 2 } ? stop : null)?.Cancel(), stop.Token)
        );
        Assert.Equal(whole.Scores, Run(plan).Scores);
    }

    [Fact]
    public void Further_sets_count_in_the_progress()
    {
        TestSets = [Small, Same];
        var fractions = new List<double>();
        foreach (var method in new[] { "cll-clip", "zero-shot" })
        {
            fractions.Clear();
            Run(
                Plan(method, false, method),
                e => fractions.AddRange(e is ProgressMade made ? [made.Progress.Fraction] : Array.Empty<double>())
            );
            Assert.True(fractions.Order().SequenceEqual(fractions));
            // Zero-shot reports before each evaluation, continual runs after: one of 4 + 2 + 4 is left.
            Assert.InRange(fractions[^1], method == "zero-shot" ? 0.8 : 0.999, method == "zero-shot" ? 0.95 : 1);
        }
    }

    [Fact]
    public void A_language_beyond_the_catalogue_is_learned()
    {
        Dataset = new ToyDataset { Languages = ["en", "eo"] };
        var run = Run(Plan("cll-clip", true, "a") with { Languages = Dataset.Languages });
        Assert.Equal(["en", "eo"], run.Scores.Select(s => s.Language).Distinct());
    }

    private ContinualSummary Summary(List<Score> scores) => ContinualMetrics.Summarise(scores, Languages, Dataset.HeadlineProtocol);
}
