using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Device;
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
    /// <summary>Learns the languages of a task, called <paramref name="name"/> in messages; the session's state holds the result.</summary>
    public TaskOutcome Learn(TrainingSession run, int task, IReadOnlyList<string> languages, string name)
    {
        var grown = Grow(run, task, languages);
        NativeMemory.Release(); // growing leaves garbage in proportion to the whole vocabulary
        return Train(run, task, languages, name, grown);
    }

    /// <summary>Trains the languages' own BPE vocabulary and grows table and counters (spec sections 3, 4 and 6).</summary>
    private VocabularyDelta Grow(TrainingSession run, int task, IReadOnlyList<string> languages)
    {
        var (state, settings, before) = (run.State, run.Settings, run.State.Vocabulary);
        if (settings.OracleVocabulary)
        {
            if (task == 0)
            {
                Grow(run, run.Plan.Languages, dataset.Defaults.OracleVocabularySize);
            }
        }
        else if (!languages.All(dataset.Defaults.BaseVocabularyLanguages.Contains))
        {
            Grow(run, languages, settings.VocabularySize);
        }
        var fresh = state.Vocabulary.Count - state.Embedding.Count;
        if (fresh > 0)
        {
            var distribution = settings.Teir.Initialisation ? RowInitialisation.OfTable(state.Embedding) : RowInitialisation.Plain;
            var values = Draws.Normal(
                (long)fresh * state.Embedding.Width,
                distribution.Mean,
                distribution.Deviation,
                Seeds.For(run.Plan.Seed, "rows", task)
            );
            using var rows = tensor(values, [fresh, state.Embedding.Width]);
            state.Embedding.Append(rows);
        }
        state.Counter.BeginTask(state.Vocabulary.Count);
        return state.Vocabulary.Since(before);
    }

    private void Grow(TrainingSession run, IEnumerable<string> languages, int size)
    {
        var options = new BpeTrainingOptions { VocabularySize = size, Splitter = run.Settings.Splitter };
        run.State.Vocabulary = run.State.Vocabulary.Grow(BpeTrainer.Train(languages.SelectMany(dataset.TrainingTexts), options, run.Stop));
    }

    private TaskOutcome Train(TrainingSession run, int task, IReadOnlyList<string> languages, string name, VocabularyDelta grown)
    {
        var (plan, state, settings, method) = (run.Plan, run.State, run.Settings, run.Method);
        var tokenizer = new ClipTokenizer(state.Vocabulary, settings.Splitter);
        var batches = new BatchMaker(tokenizer, features, baseModel.Text.MaxLength);
        var stepsPerEpoch = StepsPerEpoch(dataset, languages, settings.BatchSize);
        if (stepsPerEpoch == 0)
        {
            throw new EngineException(
                $"{name} has only {languages.Sum(dataset.TrainingPairCount)} training pairs, less than one batch of {settings.BatchSize}. Choose a smaller batch size."
            );
        }
        var occurrence = Occurrence(languages, method.Memory, tokenizer, run.Stop);
        var occurred = occurrence.Tokens;
        long[] inUse =
        [
            .. occurred
                .Select(o => (long)o.Token)
                .Concat(settings.Teir.SparesUnusedRows ? [] : method.RowsInUse)
                .Append(tokenizer.StartId)
                .Append(tokenizer.EndId)
                .Distinct()
                .Order(),
        ];
        double[] scales = [.. inUse.Select(r => state.Counter.Scale((int)r, occurrence, settings.Teir.Exponent))];
        var context = new TaskContext(task, languages, baseModel.Text, plan.Seed, baseModel.CopyTextToTrain, batches.Make);
        using var rows = new TaskRows(state.Embedding, inUse);
        method.BeginTask(context, rows);
        using var training = new TaskTraining(
            method.OwnTower ?? baseModel.Text,
            rows,
            scales,
            method,
            settings,
            stepsPerEpoch * plan.Epochs
        );
        using var best = new BestEpoch(training);
        var within = new WithinStage(plan, task + 1, baseModel.Hash, run.Progress);
        var loop = new EpochLoop(run, training, best, within, (task, name, stepsPerEpoch));
        IEnumerable<TrainingBatch> Epoch(int epoch, int first)
        {
            var pairs = Pairs(languages, Seeds.For(plan.Seed, "pairs", task, epoch));
            for (var step = first; step < stepsPerEpoch; step++)
            {
                run.Stop.ThrowIfCancellationRequested();
                using var own = NewDisposeScope();
                yield return batches.Make(new ArraySegment<TrainingPair>(pairs, step * settings.BatchSize, settings.BatchSize));
            }
        }
        loop.Run(Epoch, () => settings.SelectBestEpoch ? Validate(run, languages, tokenizer, rows) : null);
        best.PutBack();
        rows.WriteBack();
        state.Counter.EndTask(occurred);
        method.EndTask(context, rows);
        long[] changed = [.. inUse.Concat(Enumerable.Range(grown.FirstId, grown.Tokens.Count).Select(i => (long)i)).Distinct().Order()];
        var trained = (long)stepsPerEpoch * plan.Epochs * settings.BatchSize;
        return new TaskOutcome(tokenizer, grown, changed, inUse.Length, occurred, rows.OthersFactor, best.Epoch, best.Score ?? 0, trained)
        {
            SecondsBefore = loop.SecondsBefore,
            TrainedParameters = training.TrainedParameters,
        };
    }

    /// <summary>Whole batches in an epoch of some languages; the last incomplete one is dropped.</summary>
    public static int StepsPerEpoch(IRetrievalDataset dataset, IReadOnlyList<string> languages, int batchSize) =>
        languages.Sum(dataset.TrainingPairCount) / batchSize;

    private TokenOccurrence Occurrence(
        IReadOnlyList<string> languages,
        IEnumerable<TrainingPair> memory,
        ClipTokenizer tokenizer,
        CancellationToken stop
    )
    {
        var occurrence = new TokenOccurrence();
        foreach (var (language, text) in languages.SelectMany(l => dataset.TrainingTexts(l).Select(t => (l, t))))
        {
            stop.ThrowIfCancellationRequested(); // millions of captions take longer than anybody waits for a stop
            occurrence.Add(language, tokenizer.Pieces(text));
        }
        foreach (var pair in memory)
        {
            occurrence.Add(pair.Language, tokenizer.Pieces(pair.Caption));
        }
        return occurrence;
    }

    private double? Validate(TrainingSession run, IReadOnlyList<string> languages, ClipTokenizer tokenizer, TaskRows rows)
    {
        var tower = run.Method.OwnTower ?? baseModel.Text;
        var evaluator = new Evaluator(dataset, features, tower);
        var scores = languages
            .Select(l => evaluator.Validate(l, tokenizer, rows.Gather, run.Method.EvaluationParts(l, tower), run.Stop))
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
    ClipTokenizer Tokenizer,
    VocabularyDelta Grown,
    long[] Changed,
    int RowsInUse,
    IReadOnlyList<(int Token, int Languages)> Occurred,
    double OthersFactor,
    int BestEpoch,
    double Validation,
    long Pairs
)
{
    /// <summary>Seconds that its first steps took in processes before this one.</summary>
    public double SecondsBefore { get; init; }

    /// <summary>Numbers that its steps changed.</summary>
    public long TrainedParameters { get; init; }
}
