using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Training;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests.Training;

/// <summary>Whole runs of the trainer on a toy data set with the embedded base model.</summary>
public sealed class ContinualTrainerTests : ToyRuns
{
    [Theory]
    [InlineData("cll-clip", false)]
    [InlineData("cll-clip", true)]
    [InlineData("joint", false)]
    public void Equal_seeds_give_equal_scores_to_the_last_bit(string method, bool teir)
    {
        var first = Run(Plan(method, teir, "a"));
        Assert.Equal(first.Scores, Run(Plan(method, teir, "b")).Scores);
        Assert.NotEqual(first.Scores, Run(Plan(method, teir, "c") with { Seed = 2 }).Scores);
    }

    [Fact]
    public void Every_language_seen_is_scored_after_every_task()
    {
        var run = Run(Plan("cll-clip", true, "a"));
        Assert.Equal(4, run.Stages.Count);
        foreach (var stage in Enumerable.Range(1, 4))
        {
            Assert.Equal(Languages.Take(stage).Order(), run.Scores.Where(s => s.Stage == stage).Select(s => s.Language).Distinct().Order());
        }
        Assert.Equal(0, run.Stages[0].NewTokens); // English has the base's own vocabulary
        Assert.All(run.Stages.Skip(1), s => Assert.True(s.NewTokens > 0));
        var width = Model.TokenEmbedding.shape[1];
        Assert.All(run.Stages, s => Assert.Equal(s.RowsInUse * width, s.TrainedParameters));
        var adapters = Run(Plan("mla", false, "b")).Stages.Select(s => s.TrainedParameters - s.RowsInUse * width).Distinct();
        Assert.InRange(Assert.Single(adapters)!.Value, 1_000, 10_000_000); // every language's are as large
    }

    public static TheoryData<string, bool> ContinualMethods
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var method in MethodCatalog.All.Where(m => m.Trains && !m.AllLanguagesAtOnce))
            {
                data.Add(method.Id, false);
                data.Add(method.Id, true);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ContinualMethods))]
    public void A_run_stopped_after_a_stage_and_resumed_ends_as_one_that_was_not(string method, bool teir)
    {
        var whole = Run(Plan(method, teir, "whole"));
        using var stop = new CancellationTokenSource();
        var plan = Plan(method, teir, "parts");
        Assert.Throws<OperationCanceledException>(() => Run(plan, e => StopAfter(e, 2, stop), stop.Token));
        Assert.Equal(2, CheckpointChain.CountStages(plan.CheckpointFolder));
        var resumed = Run(plan);
        Assert.Equal(whole.Scores, resumed.Scores); // the finished stages are reported again
        AssertSame("whole", "parts");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Folding_the_chain_gives_the_scores_that_the_stage_had(bool teir)
    {
        var plan = Plan("cll-clip", teir, "a");
        var run = Run(plan);
        using var features = new FeatureCache(Path.Combine(Folder, "features")).Load(Dataset, Model);
        var evaluator = new Engine.Evaluation.Evaluator(Dataset, features, Model.Text);
        foreach (var stage in new[] { 1, 3, 4 })
        {
            using var snapshot = CheckpointChain.Fold(Model, plan.CheckpointFolder, stage);
            var tokenizer = new Engine.Tokenizer.ClipTokenizer(snapshot.Vocabulary);
            var again = Languages
                .Take(stage)
                .SelectMany(l => evaluator.Score(stage, l, tokenizer, snapshot.Embedding.Gather, null, default).Scores);
            Assert.Equal(run.Scores.Where(s => s.Stage == stage), again);
        }
    }

    [Theory]
    [InlineData("cll-clip")]
    [InlineData("zero-shot")]
    public void Every_score_is_the_share_of_the_ranks_that_are_kept(string method)
    {
        var plan = Plan(method, false, "a");
        var scores = Run(plan).Scores;
        Assert.NotEmpty(scores);
        Assert.All(
            scores,
            s =>
            {
                var ranks = RankFile.Read(plan.CheckpointFolder, s.Stage, null, s.Protocol, s.Language, s.Direction)!;
                Assert.Equal((s.N, s.Recall), (ranks.Length, 100.0 * ranks.Count(r => r >= 0 && r < s.K) / ranks.Length));
            }
        );
        Assert.Null(RankFile.Read(plan.CheckpointFolder, 1, null, scores[0].Protocol, "fr", scores[0].Direction));
        Assert.Null(RankFile.Read(plan.CheckpointFolder, 99, null, scores[0].Protocol, "en", scores[0].Direction));
    }

    [Fact]
    public void A_compact_chain_keeps_rows_in_half_precision()
    {
        var plan = Plan("cll-clip", true, "a");
        Run(plan);
        var compact = Path.Combine(Folder, "compact");
        CheckpointChain.Copy(plan.CheckpointFolder, compact, halfPrecision: true);
        using var full = CheckpointChain.Fold(Model, plan.CheckpointFolder, 4);
        using var half = CheckpointChain.Fold(Model, compact, 4);
        using var gap = (full.Embedding.Table - half.Embedding.Table).abs().max();
        Assert.InRange(gap.item<float>(), 1e-9f, 2e-3f);
    }

    [Fact]
    public void Zero_shot_is_scored_once_and_leaves_no_checkpoint()
    {
        var plan = Plan("zero-shot", false, "z");
        var run = Run(plan);
        Assert.Equal(0, CheckpointChain.CountStages(plan.CheckpointFolder));
        Assert.Equal(Languages.Order(), run.Scores.Select(s => s.Language).Distinct().Order());
        Assert.Single(run.Stages);
    }

    [Fact]
    public void A_batch_larger_than_the_data_is_refused_by_name()
    {
        var plan = Plan("cll-clip", false, "a");
        plan = plan with { Options = new Dictionary<string, object>(plan.Options) { [CommonOptions.BatchSize] = 512L } };
        Assert.Contains("batch", Assert.Throws<EngineException>(() => Run(plan)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_never_falls_and_ends_at_the_end()
    {
        var fractions = new List<double>();
        var plan = Plan("cll-clip", true, "a");
        Run(
            plan with
            {
                Options = new Dictionary<string, object>(plan.Options) { [CommonOptions.BatchSize] = 7L },
            }, // pairs are left over
            e =>
            {
                if (e is ProgressMade made)
                {
                    fractions.Add(made.Progress.Fraction);
                    Assert.InRange(made.Progress.Stage, 1, 4);
                }
            }
        );
        Assert.All(fractions, f => Assert.InRange(f, 0, 1));
        Assert.True(fractions.Order().SequenceEqual(fractions) && fractions[^1] > 0.999, string.Join(' ', fractions.TakeLast(5)));
    }

    [Fact]
    public void A_stop_while_the_captions_of_a_task_are_counted_does_not_wait_for_the_last()
    {
        using var stop = new CancellationTokenSource();
        var last = -1;
        Dataset = new ToyDataset
        {
            TextRead = before =>
            {
                last = before;
                if (before == 5)
                {
                    stop.Cancel();
                }
            },
        };
        Assert.Throws<OperationCanceledException>(() => Run(Plan("cll-clip", teir: true, "a"), stop: stop.Token));
        Assert.InRange(last, 5, 6);
    }

    [Fact]
    public void A_stop_while_the_chain_is_read_again_does_not_wait_for_its_end()
    {
        var plan = Plan("cll-clip", teir: true, "a");
        Run(plan);
        using var stop = new CancellationTokenSource();
        var read = new List<double>();
        Assert.Throws<OperationCanceledException>(() =>
            CheckpointChain.Fold(Model, plan.CheckpointFolder, 4, new Stopping(read, stop), stop.Token)
        );
        Assert.Equal([0.25], read);
    }

    private sealed class Stopping(List<double> read, CancellationTokenSource stop) : IProgress<double>
    {
        public void Report(double value)
        {
            read.Add(value);
            stop.Cancel();
        }
    }

    private static void StopAfter(RunEvent e, int stage, CancellationTokenSource stop)
    {
        if (e is StageFinished finished && finished.Stage.Stage == stage)
        {
            stop.Cancel();
        }
    }
}
