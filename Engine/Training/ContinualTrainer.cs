using System.Diagnostics;
using CllClip.Engine.Data;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Methods;
using CllClip.Engine.Model;
using CllClip.Engine.Teir;
using CllClip.Engine.Tokenizer;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>Walks the languages of a plan: grow, train, evaluate, checkpoint. Synchronous, on the caller's thread.</summary>
/// <param name="dataset">The data set.</param>
/// <param name="baseModel">The base model: teacher and frozen towers.</param>
/// <param name="features">Teacher embeddings of the data set.</param>
public sealed class ContinualTrainer(IRetrievalDataset dataset, ClipModel baseModel, TeacherFeatures features)
{
    private readonly Evaluator _evaluator = new(dataset, features, baseModel.Text);

    /// <summary>Runs the plan, or what is left of it after the stages found in its checkpoint folder; those are reported again, from disk.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; finished stages are on disk.</exception>
    /// <exception cref="EngineException">The plan, data or a checkpoint cannot be used.</exception>
    public void Run(RunPlan plan, IProgress<RunEvent> progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(progress);
        using var scope = NewDisposeScope();
        using var method = MethodCatalog.Create(plan.Method);
        IReadOnlyList<string>[] tasks = method.AllLanguagesAtOnce
            ? [plan.Languages]
            : [.. plan.Languages.Select(l => (IReadOnlyList<string>)[l])];
        var clock = new RunClock(Sizes(tasks, method.Trains ? plan.Epochs : 0));
        if (!method.Trains)
        {
            EvaluateBase(plan, clock, progress, stop);
            return;
        }
        var done = Math.Min(CheckpointChain.CountStages(plan.CheckpointFolder), tasks.Length);
        using var state = CheckpointChain.Fold(baseModel, plan.CheckpointFolder, done);
        for (var task = 0; task < done; task++)
        {
            Replay(plan, task, progress);
            clock.Skip(task);
        }
        if (done > 0)
        {
            method.LoadState(CheckpointChain.FolderOf(plan.CheckpointFolder, done));
            progress.Report(new Logged("info", $"Continuing after stage {done} of {tasks.Length}."));
        }
        var settings = TrainingSettings.Of(plan);
        state.Embedding.Reserve(state.Embedding.Count + (long)(tasks.Length - done) * settings.VocabularySize);
        var run = new Session(plan, settings, method, state, clock, progress, stop);
        for (var task = done; task < tasks.Length; task++)
        {
            using var own = NewDisposeScope();
            LearnTask(run, task, tasks[task], [.. tasks.Take(task + 1).SelectMany(t => t)]);
        }
    }

    private void LearnTask(Session run, int task, IReadOnlyList<string> languages, IReadOnlyList<string> seen)
    {
        var (plan, state, clock) = (run.Plan, run.State, run.Clock);
        var (trainedBefore, evaluatedBefore, before) = (clock.TrainSeconds, clock.EvaluationSeconds, state.Vocabulary);
        var name = string.Join(' ', languages.Take(3)) + (languages.Count > 3 ? " …" : "");
        void Phase(string phase) => run.Progress.Report(new ProgressMade(clock.At(task + 1, name, phase, 0, plan.Epochs, 0, 0), NoLosses));

        Phase("vocabulary");
        TaskOutcome outcome;
        using (clock.Training())
        {
            Grow(run, task, languages);
            outcome = Train(run, task, languages, name, before.Count);
        }
        Phase("evaluation");
        var tokenizer = new ClipTokenizer(state.Vocabulary);
        var scores = new List<Score>();
        foreach (var language in seen)
        {
            using (clock.Evaluating())
            {
                var measured = _evaluator.Score(
                    task + 1,
                    language,
                    tokenizer,
                    state.Embedding.Gather,
                    run.Method.EvaluationParts(language),
                    run.Stop
                );
                scores.AddRange(measured);
                run.Progress.Report(new ScoresMeasured(measured));
            }
            clock.Evaluated();
            Phase("evaluation");
        }
        using var process = Process.GetCurrentProcess();
        var figures = new StageView
        {
            Stage = task + 1,
            Languages = languages,
            VocabularySize = state.Vocabulary.Count,
            NewTokens = state.Vocabulary.Count - before.Count,
            RowsInUse = outcome.RowsInUse,
            TrainingPairs = outcome.Pairs,
            TrainSeconds = clock.TrainSeconds - trainedBefore,
            EvaluationSeconds = clock.EvaluationSeconds - evaluatedBefore,
            BestEpoch = outcome.BestEpoch,
            ValidationScore = outcome.Validation,
            PeakMemoryBytes = process.PeakWorkingSet64,
        };
        Phase("checkpoint");
        var changed = outcome.Changed;
        using var delta = new StageDelta(changed, state.Embedding.Gather(changed), outcome.Occurred);
        var record = new StageRecord(1, baseModel.Hash, "", figures, outcome.OthersFactor, state.Vocabulary.Since(before), scores);
        var folder = CheckpointChain.Write(plan.CheckpointFolder, record, delta, run.Method.SaveState);
        run.Progress.Report(new StageFinished(figures, folder));
    }

    /// <summary>Trains the languages' own BPE vocabulary and grows table and counters (spec sections 3, 4 and 6).</summary>
    private void Grow(Session run, int task, IReadOnlyList<string> languages)
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

    private TaskOutcome Train(Session run, int task, IReadOnlyList<string> languages, string name, int firstNewRow)
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

    private double? Validate(Session run, IReadOnlyList<string> languages, ClipTokenizer tokenizer, TaskRows rows)
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

    private void EvaluateBase(RunPlan plan, RunClock clock, IProgress<RunEvent> progress, CancellationToken stop)
    {
        var vocabulary =
            baseModel.Vocabulary
            ?? throw new EngineException($"{baseModel.Folder} has no vocab.json and merges.txt; add the model's tokenizer files.");
        using var table = new TokenEmbedding(baseModel.TokenEmbedding.clone());
        var tokenizer = new ClipTokenizer(vocabulary);
        foreach (var language in plan.Languages)
        {
            progress.Report(new ProgressMade(clock.At(1, language, "evaluation", 0, 0, 0, 0), NoLosses));
            using (clock.Evaluating())
            {
                progress.Report(new ScoresMeasured(_evaluator.Score(1, language, tokenizer, table.Gather, TextTowerParts.None, stop)));
            }
            clock.Evaluated();
        }
        using var process = Process.GetCurrentProcess();
        var figures = new StageView
        {
            Stage = 1,
            Languages = plan.Languages,
            VocabularySize = vocabulary.Count,
            NewTokens = 0,
            RowsInUse = 0,
            TrainingPairs = 0,
            TrainSeconds = 0,
            EvaluationSeconds = clock.EvaluationSeconds,
            BestEpoch = 0,
            ValidationScore = 0,
            PeakMemoryBytes = process.PeakWorkingSet64,
        };
        progress.Report(new StageFinished(figures, null));
    }

    /// <summary>Reports a stage found on disk, so that whoever stores the scores has them all whatever was lost.</summary>
    private static void Replay(RunPlan plan, int task, IProgress<RunEvent> progress)
    {
        var record = CheckpointChain.Read(plan.CheckpointFolder, task + 1);
        progress.Report(new ScoresMeasured(record.Scores));
        progress.Report(new StageFinished(record.Figures, CheckpointChain.FolderOf(plan.CheckpointFolder, task + 1)));
    }

    private (long Pairs, int Evaluations)[] Sizes(IReadOnlyList<string>[] tasks, int epochs)
    {
        var seen = 0;
        return [.. tasks.Select(t => (epochs * t.Sum(l => (long)dataset.TrainingPairCount(l)), seen += t.Count))];
    }

    private static Dictionary<string, double> NoLosses => [];

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

    private sealed record Session(
        RunPlan Plan,
        TrainingSettings Settings,
        ContinualMethod Method,
        StageSnapshot State,
        RunClock Clock,
        IProgress<RunEvent> Progress,
        CancellationToken Stop
    );

    private sealed record TaskOutcome(
        long[] Changed,
        int RowsInUse,
        IReadOnlyList<(int Token, int Languages)> Occurred,
        double OthersFactor,
        int BestEpoch,
        double Validation,
        long Pairs
    );
}
