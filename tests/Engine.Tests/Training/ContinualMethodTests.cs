using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Training;

/// <summary>The places where methods differ, tried with small methods of their own: replay, prompts chosen by the caption, what is asked when.</summary>
public sealed class ContinualMethodTests : ToyRuns
{
    [Fact]
    public void Replayed_captions_are_trained_on_with_their_own_targets_in_any_order()
    {
        using var scope = NewDisposeScope();
        using var features = new FeatureCache(Path.Combine(Folder, "features")).Load(Dataset, Model);
        using var task = new OneTask(Model, Dataset, features);
        using var replay = new Replay(task.Batches);
        var report = task.Training(replay).Step(task.Batches.Make([.. task.Pairs.Take(6)]));
        Assert.NotNull(report.Replay);
        Assert.Equal(10, replay.Seen!.Tokens.Count);
        Assert.Equal(task.Pairs.Take(6), replay.Seen.Pairs.Take(6)); // in the order it was composed in, though the step sorts by length
        // each caption still stands beside its own language, target and mark
        var memory = task.Pairs.Skip(20).Take(4).ToHashSet();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(memory.Contains(replay.Seen.Pairs[i]), replay.Seen.FromMemory![i]);
            using var wanted = features.English([features.RowOf(replay.Seen.Pairs[i].English)])[0];
            Assert.True(wanted.Equals(replay.Seen.Targets[i]));
            Assert.Equal(replay.Seen.Pairs[i].Image, replay.Seen.ImageIds[i].item<long>());
        }
    }

    [Fact]
    public void Prompts_are_asked_for_part_by_part_and_fit_the_captions_of_the_part()
    {
        using var scope = NewDisposeScope();
        using var features = new FeatureCache(Path.Combine(Folder, "features")).Load(Dataset, Model);
        using var task = new OneTask(Model, Dataset, features);
        using var prompts = new Prompts(Model.Text);
        var batch = task.Batches.Make([.. task.Pairs.Take(24)]);
        var training = task.Training(prompts);
        training.Step(batch);
        Assert.Equal(24, prompts.Asked.Sum(a => a.Captions));
        Assert.Equal(prompts.Asked.Count, prompts.Asked.Select(a => a.Length).Distinct().Count());

        // the same captions evaluated: an embedding does not depend on who stands beside it
        var ids = batch.Tokens.ToList();
        var together = TextEncoder.Encode(Model.Text, training.Rows.Gather, ids, prompts.EvaluationParts("de", Model.Text));
        var alone = cat([
            .. ids.Select(i => TextEncoder.Encode(Model.Text, training.Rows.Gather, [i], prompts.EvaluationParts("de", Model.Text))),
        ]);
        Assert.True((together - alone).abs().max().item<float>() < 1e-4);
        var without = TextEncoder.Encode(Model.Text, training.Rows.Gather, ids);
        Assert.True((together - without).abs().max().item<float>() > 1e-3);
    }

    /// <summary>German in one task, every token of its captions in use.</summary>
    private sealed class OneTask : IDisposable
    {
        private readonly ClipModel _model;
        private readonly TokenEmbedding _table;
        private readonly TaskRows _rows;
        private TaskTraining? _training;

        public OneTask(ClipModel model, ToyDataset dataset, TeacherFeatures features)
        {
            _model = model;
            var tokenizer = new Engine.Tokenizer.ClipTokenizer(model.Vocabulary!);
            Batches = new BatchMaker(tokenizer, features, model.Text.MaxLength);
            Pairs = dataset.TrainingEpoch("de", new Random(1));
            _table = new TokenEmbedding(model.TokenEmbedding.clone());
            _rows = new TaskRows(_table, [.. Enumerable.Range(0, _table.Count).Select(i => (long)i)]);
        }

        public BatchMaker Batches { get; }

        public IReadOnlyList<TrainingPair> Pairs { get; }

        public TaskTraining Training(ContinualMethod method) =>
            _training = new TaskTraining(_model.Text, _rows, null, method, new TrainingSettings { LearningRate = 1e-3 }, 10);

        public void Dispose()
        {
            _training?.Dispose();
            _rows.Dispose();
            _table.Dispose();
        }
    }

    private sealed class Replay(BatchMaker batches) : ContinualMethod
    {
        public TrainingBatch? Seen { get; private set; }

        public override TrainingBatch Compose(TrainingBatch current) =>
            current.WithMemory(batches.Make([.. new ToyDataset().TrainingEpoch("de", new Random(1)).Skip(20).Take(4)]));

        public override void AfterStep(TrainingBatch batch, Tensor embeddings)
        {
            Assert.Equal([batch.Tokens.Count, batch.Targets.shape[1]], embeddings.shape);
            Seen = batch with
            {
                Targets = batch.Targets.clone().MoveToOuterDisposeScope(),
                ImageIds = batch.ImageIds.clone().MoveToOuterDisposeScope(),
            };
        }
    }

    /// <summary>A prefix made from each caption's own embedding without prompts, as DualPrompt and CODA-Prompt do.</summary>
    private sealed class Prompts(TextTower tower) : ContinualMethod
    {
        public List<(int Captions, int Length)> Asked { get; } = [];

        public override TextTowerParts TrainingParts(Tensor tokens, Tensor ends)
        {
            Asked.Add(((int)tokens.shape[0], (int)tokens.shape[1]));
            return Of(tokens, ends);
        }

        public override PartsOf? EvaluationParts(string language, TextTower tower) => Of;

        private Own Of(Tensor tokens, Tensor ends)
        {
            using var nothing = no_grad();
            return new Own(tower.Forward(tokens, ends).unsqueeze(1)); // [B, 1, W]
        }

        private sealed class Own(Tensor prompt) : TextTowerParts
        {
            public override (Tensor Keys, Tensor Values)? Prefix(int block) => block == 0 ? (prompt, prompt) : null;
        }
    }
}
