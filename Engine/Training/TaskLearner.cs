using CllClip.Engine.Data;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Teir;
using CllClip.Engine.Tokenizer;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>Learns one task: grows vocabulary and table, trains the rows in use, keeps the best epoch.</summary>
internal sealed class TaskLearner(IRetrievalDataset dataset, ClipModel baseModel, TeacherFeatures features)
{
    private readonly Evaluator _evaluator = new(dataset, features, baseModel.Text);

    /// <summary>Learns the languages of a task, called <paramref name="name"/> in messages; the session's state holds the result.</summary>
    public TaskOutcome Learn(TrainingSession run, int task, IReadOnlyList<string> languages, string name)
    {
        var before = run.State.Vocabulary.Count;
        Grow(run, task, languages);
        return Train(run, task, languages, name, before);
    }

    /// <summary>Trains the languages' own BPE vocabulary and grows table and counters (spec sections 3, 4 and 6).</summary>
    private void Grow(TrainingSession run, int task, IReadOnlyList<string> languages)
    {
        var (state, settings) = (run.State, run.Settings);
        if (!languages.All(dataset.Defaults.BaseVocabularyLanguages.Contains))
        {
            var texts = languages.SelectMany(dataset.TrainingTexts);
            var trained = BpeTrainer.Train(texts, new BpeTrainingOptions { VocabularySize = settings.VocabularySize }, run.Stop);
            state.Vocabulary = state.Vocabulary.Grow(trained);
        }
        var fresh = state.Vocabulary.Count - state.Embedding.Count;
        if (fresh > 0)
        {
            var distribution = settings.Teir.Initialisation ? RowInitialisation.OfTable(state.Embedding.Table) : RowInitialisation.Plain;
            var values = RowInitialisation.Draw(fresh, state.Embedding.Width, distribution, Seeds.For(run.Plan.Seed, "rows", task));
            using var rows = tensor(values, [fresh, state.Embedding.Width]);
            state.Embedding.Append(rows);
        }
        state.Counter.BeginTask(state.Vocabulary.Count);
    }

    private TaskOutcome Train(TrainingSession run, int task, IReadOnlyList<string> languages, string name, int firstNewRow)
    {
        var (plan, state, settings, method, clock) = (run.Plan, run.State, run.Settings, run.Method, run.Clock);
        var tokenizer = new ClipTokenizer(state.Vocabulary);
        var ids = new Dictionary<string, int[]>(StringComparer.Ordinal);
        int[] Encode(string caption) =>
            ids.TryGetValue(caption, out var known) ? known : ids[caption] = tokenizer.Encode(caption, baseModel.Text.MaxLength);
        var occurrence = new TokenOccurrence();
        foreach (var language in languages)
        {
            foreach (var text in dataset.TrainingTexts(language))
            {
                occurrence.Add(language, tokenizer.Pieces(text));
            }
        }
        var occurred = occurrence.Tokens;
        long[] inUse = [.. occurred.Select(o => (long)o.Token).Append(tokenizer.StartId).Append(tokenizer.EndId).Distinct().Order()];
        double[] scales = [.. inUse.Select(r => state.Counter.Scale((int)r, occurrence))];
        var context = new TaskContext(task, languages, baseModel.Text, plan.Seed);
        method.BeginTask(context);

        var stepsPerEpoch = languages.Sum(dataset.TrainingPairCount) / settings.BatchSize;
        if (stepsPerEpoch == 0)
        {
            throw new EngineException(
                $"{name} has only {languages.Sum(dataset.TrainingPairCount)} training pairs, less than one batch of {settings.BatchSize}. Choose a smaller batch size."
            );
        }
        var steps = stepsPerEpoch * plan.Epochs;
        using var rows = new TaskRows(state.Embedding, inUse);
        using var training = new TaskTraining(baseModel.Text, rows, scales, method, settings, steps);
        var (bestEpoch, bestScore, best) = (0, double.NegativeInfinity, (IReadOnlyList<Tensor>)[]);
        for (var epoch = 0; epoch < plan.Epochs; epoch++)
        {
            var random = Seeds.For(plan.Seed, "pairs", task, epoch);
            var pairs = Pairs(languages, random);
            for (var step = 0; step < stepsPerEpoch; step++)
            {
                run.Stop.ThrowIfCancellationRequested();
                using var own = NewDisposeScope();
                var report = training.Step(Batch(pairs.AsSpan(step * settings.BatchSize, settings.BatchSize), Encode));
                if (!double.IsFinite(report.Loss))
                {
                    throw new EngineException(
                        $"The loss of {name} is {report.Loss} at epoch {epoch + 1}, step {step + 1}. Lower the learning rate and launch the run again."
                    );
                }
                clock.Trained(settings.BatchSize);
                run.Progress.Report(
                    new ProgressMade(
                        clock.At(task + 1, name, "training", epoch + 1, plan.Epochs, epoch * stepsPerEpoch + step + 1, steps),
                        Losses(report)
                    )
                );
            }
            var score = settings.SelectBestEpoch ? Validate(run, languages, tokenizer, rows) : null;
            if (score is null || score > bestScore)
            {
                Dispose(best);
                (bestEpoch, bestScore, best) = (epoch + 1, score ?? double.NaN, score is null ? [] : training.Snapshot());
            }
        }
        if (best.Count > 0)
        {
            training.Restore(best);
            Dispose(best);
        }
        rows.WriteBack();
        state.Counter.EndTask(occurred);
        method.EndTask(context);
        long[] changed =
        [
            .. inUse.Concat(Enumerable.Range(firstNewRow, state.Vocabulary.Count - firstNewRow).Select(i => (long)i)).Distinct().Order(),
        ];
        return new TaskOutcome(
            changed,
            inUse.Length,
            occurred,
            rows.OthersFactor,
            bestEpoch,
            double.IsFinite(bestScore) ? bestScore : 0,
            (long)steps * settings.BatchSize
        );
    }

    private double? Validate(TrainingSession run, IReadOnlyList<string> languages, ClipTokenizer tokenizer, TaskRows rows)
    {
        var scores = languages
            .Select(l => _evaluator.Validate(l, tokenizer, rows.Gather, run.Method.EvaluationParts(l), run.Stop))
            .OfType<double>()
            .ToList();
        return scores.Count > 0 ? scores.Average() : null;
    }

    /// <summary>The pairs of one epoch; several languages are mixed.</summary>
    private TrainingPair[] Pairs(IReadOnlyList<string> languages, Random random)
    {
        TrainingPair[] pairs = [.. languages.SelectMany(l => dataset.TrainingEpoch(l, random))];
        if (languages.Count > 1)
        {
            random.Shuffle(pairs);
        }
        return pairs;
    }

    private TrainingBatch Batch(ReadOnlySpan<TrainingPair> pairs, Func<string, int[]> encode)
    {
        var sorted = pairs.ToArray().Select(p => (Pair: p, Tokens: encode(p.Caption))).OrderBy(x => x.Tokens.Length).ToArray(); // less padding
        var images = tensor(sorted.Select(x => (long)x.Pair.Image).ToArray(), ScalarType.Int64, features.Images.device); // [B]
        var english = tensor(sorted.Select(x => (long)features.RowOf(x.Pair.English)).ToArray(), ScalarType.Int64, features.English.device); // [B]
        return new TrainingBatch(
            [.. sorted.Select(x => x.Tokens)],
            features.English.index_select(0, english),
            features.Images.index_select(0, images),
            images
        );
    }

    private static Dictionary<string, double> Losses(StepReport report)
    {
        var losses = new Dictionary<string, double> { ["total"] = report.Loss };
        foreach (
            var (name, value) in new (string, double?)[]
            {
                ("crosslingual", report.Crosslingual),
                ("crossmodal", report.Crossmodal),
                ("replay", report.Replay),
                ("penalty", report.Penalty),
                ("tau", report.Temperature),
                ("gradNorm", report.GradientNorm),
                ("learningRate", report.LearningRate),
            }
        )
        {
            if (value is { } number)
            {
                losses[name] = number;
            }
        }
        return losses;
    }

    private static void Dispose(IReadOnlyList<Tensor> tensors)
    {
        foreach (var tensor in tensors)
        {
            tensor.Dispose();
        }
    }
}

/// <summary>What the tasks of one run share.</summary>
internal sealed record TrainingSession(
    RunPlan Plan,
    TrainingSettings Settings,
    ContinualMethod Method,
    StageSnapshot State,
    RunClock Clock,
    IProgress<RunEvent> Progress,
    CancellationToken Stop
);

/// <summary>What a task changed, and how it went.</summary>
internal sealed record TaskOutcome(
    long[] Changed,
    int RowsInUse,
    IReadOnlyList<(int Token, int Languages)> Occurred,
    double OthersFactor,
    int BestEpoch,
    double Validation,
    long Pairs
);
