using System.Diagnostics;
using System.Text.Json;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Device;
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
/// <param name="create">Makes the method of a plan; null for the catalogue's.</param>
/// <param name="testSets">Further data sets to evaluate on; null for none.</param>
public sealed class ContinualTrainer(
    IRetrievalDataset dataset,
    ClipModel baseModel,
    TeacherFeatures features,
    Func<RunPlan, ContinualMethod>? create = null,
    IReadOnlyList<TestSet>? testSets = null
)
{
    /// <summary>Evaluations before freed memory is given back: few, so that a stage of five languages and one of thirty-six come to the same peak.</summary>
    private const int EvaluationsBetweenReleases = 2;

    /// <summary>Room taken in advance for the growing table, bytes; a larger one grows in steps.</summary>
    private const long MostReserved = 256L << 20;

    private readonly TaskLearner _learner = new(dataset, baseModel, features);
    private readonly StageEvaluation _evaluation = new(dataset, features, testSets ?? []);

    /// <summary>Runs the plan, or what is left of it after the stages found in its checkpoint folder; those are reported again, from disk.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; finished stages are on disk, and within the stage at hand a checkpoint.</exception>
    /// <exception cref="EngineException">The plan, data or a checkpoint cannot be used.</exception>
    public void Run(RunPlan plan, IProgress<RunEvent> progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(progress);
        using var scope = NewDisposeScope();
        using var method = create is null ? MethodCatalog.Create(plan.Method, plan.Options) : create(plan);
        IReadOnlyList<string>[] tasks = method.AllLanguagesAtOnce
            ? [plan.Languages]
            : [.. plan.Languages.Select(l => (IReadOnlyList<string>)[l])];
        var clock = new RunClock(Sizes(tasks, plan, method.Trains));
        if (!method.Trains)
        {
            EvaluateBase(plan, clock, progress, stop);
            return;
        }
        var done = Math.Min(CheckpointChain.CountStages(plan.CheckpointFolder), tasks.Length);
        using var state = CheckpointChain.Fold(baseModel, plan.CheckpointFolder, done, stop: stop);
        for (var task = 0; task < done; task++)
        {
            stop.ThrowIfCancellationRequested();
            Replay(plan, task, tasks[task], progress);
            method.LoadState(CheckpointChain.FolderOf(plan.CheckpointFolder, task + 1));
            clock.Skip(task);
        }
        if (done > 0)
        {
            progress.Report(new Logged("info", $"Continuing after stage {done} of {tasks.Length}."));
        }
        if (CheckpointChain.PutAside(plan.CheckpointFolder, done) is > 0 and var aside)
        {
            progress.Report(new Logged("warning", $"{aside} later stages do not follow from stage {done} and were put aside."));
        }
        var settings = TrainingSettings.Of(plan);
        var wanted = state.Embedding.Count + (long)(tasks.Length - done) * settings.VocabularySize;
        state.Embedding.Reserve(Math.Min(wanted, MostReserved / (sizeof(float) * state.Embedding.Width)));
        var run = new TrainingSession(plan, settings, method, state, clock, progress, stop);
        for (var task = done; task < tasks.Length; task++)
        {
            using var own = NewDisposeScope();
            LearnTask(run, task, tasks[task], [.. tasks.Take(task + 1).SelectMany(t => t)]);
        }
    }

    private void LearnTask(TrainingSession run, int task, IReadOnlyList<string> languages, IReadOnlyList<string> seen)
    {
        var (plan, state, clock) = (run.Plan, run.State, run.Clock);
        var (trainedBefore, evaluatedBefore) = (clock.TrainSeconds, clock.EvaluationSeconds);
        var name = string.Join(' ', languages.Take(3)) + (languages.Count > 3 ? " …" : "");
        void Phase(string phase) => run.Progress.Report(new ProgressMade(clock.At(task + 1, name, phase, 0, plan.Epochs, 0, 0), NoLosses));

        Phase("vocabulary");
        TaskOutcome outcome;
        using (clock.Training())
        {
            outcome = _learner.Learn(run, task, languages, name);
        }
        NativeMemory.Release(); // what training leaves and what evaluation takes never add up: the peak stays flat
        Phase("evaluation");
        var tower = run.Method.OwnTower ?? baseModel.Text;
        var (scores, ranks) = (new List<Score>(), new List<QueryRanks>());
        var evaluated = 0;
        foreach (var (language, evaluator) in _evaluation.Of(seen, tower))
        {
            using (clock.Evaluating())
            {
                var (measured, found) = evaluator.Score(
                    task + 1,
                    language,
                    outcome.Tokenizer,
                    state.Embedding.Gather,
                    run.Method.EvaluationParts(language, tower),
                    run.Stop
                );
                scores.AddRange(measured);
                ranks.AddRange(found);
                run.Progress.Report(new ScoresMeasured(measured));
            }
            clock.Evaluated();
            Phase("evaluation");
            if (++evaluated % EvaluationsBetweenReleases == 0)
            {
                NativeMemory.Release(); // or the peak would grow with the number of languages seen
            }
        }
        using var process = Process.GetCurrentProcess();
        var figures = new StageView
        {
            Stage = task + 1,
            Languages = languages,
            VocabularySize = state.Vocabulary.Count,
            NewTokens = outcome.Grown.Tokens.Count,
            RowsInUse = outcome.RowsInUse,
            TrainedParameters = outcome.TrainedParameters,
            TrainingPairs = outcome.Pairs,
            TrainSeconds = clock.TrainSeconds - trainedBefore + outcome.SecondsBefore,
            EvaluationSeconds = clock.EvaluationSeconds - evaluatedBefore,
            BestEpoch = outcome.BestEpoch,
            ValidationScore = outcome.Validation,
            PeakMemoryBytes = process.PeakWorkingSet64,
        };
        NativeMemory.Release();
        Phase("checkpoint");
        var changed = outcome.Changed;
        using var delta = new StageDelta(changed, state.Embedding.Gather(changed), outcome.Occurred);
        var record = new StageRecord(0, baseModel.Hash, "", figures, outcome.OthersFactor, outcome.Grown, scores, "")
        {
            Method = plan.Method,
            Options = plan.Options.ToDictionary(o => o.Key, o => JsonSerializer.SerializeToElement(o.Value)),
        };
        RankFile.Write(plan.CheckpointFolder, task + 1, ranks);
        var folder = CheckpointChain.Write(plan.CheckpointFolder, record, delta, run.Method.SaveState);
        WithinStage.Clear(plan.CheckpointFolder); // the stage is whole
        run.Progress.Report(new StageFinished(figures, folder));
    }

    private void EvaluateBase(RunPlan plan, RunClock clock, IProgress<RunEvent> progress, CancellationToken stop)
    {
        var vocabulary = baseModel.VocabularyToGrow;
        using var table = new TokenEmbedding(baseModel.TokenEmbedding.clone());
        var tokenizer = new ClipTokenizer(vocabulary);
        var ranks = new List<QueryRanks>();
        foreach (var (language, evaluator) in _evaluation.Of(plan.Languages, baseModel.Text))
        {
            progress.Report(new ProgressMade(clock.At(1, language, "evaluation", 0, 0, 0, 0), NoLosses));
            using (clock.Evaluating())
            {
                var (measured, found) = evaluator.Score(1, language, tokenizer, table.Gather, null, stop);
                ranks.AddRange(found);
                progress.Report(new ScoresMeasured(measured));
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
            TrainedParameters = 0,
            TrainingPairs = 0,
            TrainSeconds = 0,
            EvaluationSeconds = clock.EvaluationSeconds,
            BestEpoch = 0,
            ValidationScore = 0,
            PeakMemoryBytes = process.PeakWorkingSet64,
        };
        RankFile.Write(plan.CheckpointFolder, 1, ranks);
        progress.Report(new StageFinished(figures, null));
    }

    /// <summary>Reports a stage found on disk, so that whoever stores the scores has them all whatever was lost.</summary>
    /// <exception cref="EngineException">The stage was trained on other languages than the plan's.</exception>
    private static void Replay(RunPlan plan, int task, IReadOnlyList<string> languages, IProgress<RunEvent> progress)
    {
        var record = CheckpointChain.Read(plan.CheckpointFolder, task + 1);
        if (!record.Figures.Languages.SequenceEqual(languages))
        {
            throw new EngineException(
                $"Stage {task + 1} in {plan.CheckpointFolder} was trained on {string.Join(' ', record.Figures.Languages)}, not on {string.Join(' ', languages)}: the folder belongs to another run. Give this run a folder of its own."
            );
        }
        progress.Report(new ScoresMeasured(record.Scores));
        progress.Report(new StageFinished(record.Figures, CheckpointChain.FolderOf(plan.CheckpointFolder, task + 1)));
    }

    private (long Pairs, int Evaluations)[] Sizes(IReadOnlyList<string>[] tasks, RunPlan plan, bool trains)
    {
        var (evaluations, batch) = (0, trains ? TrainingSettings.Of(plan).BatchSize : 1);
        long Pairs(IReadOnlyList<string> languages) =>
            trains ? (long)plan.Epochs * TaskLearner.StepsPerEpoch(dataset, languages, batch) * batch : 0;
        return [.. tasks.Select(t => (Pairs(t), evaluations += _evaluation.Count(t)))];
    }

    private static Dictionary<string, double> NoLosses => [];
}
