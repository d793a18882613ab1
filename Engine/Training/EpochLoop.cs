using System.Diagnostics;

namespace CllClip.Engine.Training;

/// <summary>
/// The epochs of one task, from wherever a checkpoint within the stage left them: steps, validation, the best epoch, and checkpoints when they are due and when
/// the run is stopped.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="training">The task's training; put where the checkpoint left it.</param>
/// <param name="best">Its best epoch so far.</param>
/// <param name="within">Checkpoints of the stage.</param>
/// <param name="at">The task from 0, what it is called in messages, and the steps of one epoch.</param>
internal sealed class EpochLoop(
    TrainingSession run,
    TaskTraining training,
    BestEpoch best,
    WithinStage within,
    (int Task, string Name, int StepsPerEpoch) at
)
{
    private readonly int _allSteps = at.StepsPerEpoch * run.Plan.Epochs;
    private readonly double _began = run.Clock.TrainSeconds;
    private TaskPosition _now = TaskPosition.Start;
    private TaskPosition _saved = TaskPosition.Start;

    /// <summary>Seconds that the first steps took in processes before this one.</summary>
    public double SecondsBefore { get; private set; }

    /// <summary>Trains to the task's end, the method's <see cref="Methods.ContinualMethod.EpochsDone"/> included.</summary>
    /// <param name="batches">Batches of an epoch from a step on, both from 0; each is valid until the next.</param>
    /// <param name="validate">Validation score of the weights at hand; null without validation.</param>
    /// <exception cref="OperationCanceledException">The run was stopped; what was trained is kept.</exception>
    /// <exception cref="EngineException">The loss is not finite.</exception>
    public void Run(Func<int, int, IEnumerable<TrainingBatch>> batches, Func<double?> validate)
    {
        _now = _saved = within.Restore(training, best, run.Method);
        SecondsBefore = _now.TrainSeconds;
        Tell();
        try
        {
            while (_now.Epochs < run.Plan.Epochs)
            {
                TrainEpoch(batches);
                best.Consider(_now.Epochs + 1, validate());
                _now = _now with { Epochs = _now.Epochs + 1 };
            }
            if (within.DueAtEnd)
            {
                Save();
            }
            run.Method.EpochsDone(training, batches(run.Plan.Epochs, 0));
        }
        catch (OperationCanceledException) when ((_now.Steps, _now.Epochs) != (_saved.Steps, _saved.Epochs))
        {
            Save(); // stopping keeps the work
            throw;
        }
    }

    private void TrainEpoch(Func<int, int, IEnumerable<TrainingBatch>> batches)
    {
        var first = _now.Steps - _now.Epochs * at.StepsPerEpoch;
        if (first == 0)
        {
            training.BeginEpoch();
        }
        foreach (var batch in batches(_now.Epochs, first))
        {
            Step(batch);
            if (within.Due)
            {
                Save();
            }
        }
    }

    private void Step(TrainingBatch batch)
    {
        var report = training.Step(batch);
        var (epoch, step) = (_now.Epochs + 1, _now.Steps + 1);
        if (!double.IsFinite(report.Loss))
        {
            throw new EngineException(
                $"The loss of {at.Name} is {report.Loss} at epoch {epoch}, step {step}. Lower the learning rate and launch the run again."
            );
        }
        run.Clock.Trained(run.Settings.BatchSize);
        var progress = run.Clock.At(at.Task + 1, at.Name, "training", epoch, run.Plan.Epochs, step, _allSteps);
        run.Progress.Report(new ProgressMade(progress, Losses(report)));
        _now = _now with { Steps = step };
    }

    private void Save()
    {
        _now = _now with { TrainSeconds = SecondsBefore + run.Clock.TrainSeconds - _began };
        var began = Stopwatch.GetTimestamp();
        within.Save(training, best, run.Method, _saved = _now);
        run.Progress.Report(new CheckpointKept(at.Task + 1, _now.Steps, Stopwatch.GetElapsedTime(began)));
    }

    /// <summary>Says where training goes on, if not at the task's beginning.</summary>
    private void Tell()
    {
        if (_now.Steps == 0)
        {
            return;
        }
        run.Clock.Found((long)_now.Steps * run.Settings.BatchSize);
        run.Progress.Report(
            new Logged(
                "info",
                $"Continuing within {at.Name}, after step {_now.Steps} of {_allSteps}: from the checkpoint within the stage."
            )
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
}
