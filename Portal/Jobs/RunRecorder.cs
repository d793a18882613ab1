using System.Globalization;
using CllClip.Engine.Data;
using CllClip.Engine.Evaluation;
using CllClip.Engine.Training;
using CllClip.Portal.Storage;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Jobs;

/// <summary>
/// Stores and publishes what the engine reports of one run. Lives on the run's own thread. Stages that were on disk before (<c>finishedBefore</c>) are
/// reported again by the engine; they are stored if they are missing, but are no news for the log.
/// </summary>
internal sealed class RunRecorder(
    RunEntity run,
    IRetrievalDataset dataset,
    int finishedBefore,
    RunStore store,
    RunFeed feed,
    StepFile steps,
    TimeProvider time
) : IProgress<RunEvent>
{
    private static readonly TimeSpan BetweenSnapshots = TimeSpan.FromSeconds(5);

    private readonly long _began = time.GetTimestamp();
    private readonly double _workedBefore = run.DurationSeconds ?? 0;
    private readonly List<Score> _scores = [];
    private long _snapshotAt = time.GetTimestamp();

    private RunProgress? _progress = run.Progress;

    /// <summary>Aggregates of the scores so far.</summary>
    public ContinualSummary Summary { get; private set; } = new();

    /// <summary>Seconds of work over all attempts.</summary>
    public double Worked => _workedBefore + time.GetElapsedTime(_began).TotalSeconds;

    public RunProgress? Progress => _progress;

    /// <summary>Number of stages.</summary>
    public int Stages { get; } = RunPlans.Stages(run);

    /// <summary>Stages finished so far.</summary>
    public int Finished { get; private set; }

    public void Report(RunEvent value)
    {
        switch (value)
        {
            case ProgressMade made:
                OnProgress(made);
                break;
            case ScoresMeasured measured:
                OnScores(measured.Scores);
                break;
            case StageFinished finished:
                OnStage(finished.Stage);
                break;
            case Logged line:
                store.Log(run.Id, line.Level, line.Text);
                break;
        }
    }

    private void OnProgress(ProgressMade made)
    {
        _progress = made.Progress;
        steps.Add(made.Progress, made.Losses);
        feed.Publish(new ProgressMessage(run.Id, feed.NextSequence(), made.Progress, made.Losses));
        if (time.GetElapsedTime(_snapshotAt) >= BetweenSnapshots)
        {
            _snapshotAt = time.GetTimestamp();
            store.Update(run.Id, Snapshot);
        }
    }

    private void OnScores(IReadOnlyList<Score> scores)
    {
        _scores.AddRange(scores);
        var replaced = store.AddScores(run.Id, scores);
        if (replaced > 0)
        {
            store.Log(
                run.Id,
                "warning",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{replaced} scores of stage {scores[0].Stage} differ from those stored before the interruption (another machine or version?); the new ones count."
                )
            );
        }
    }

    private void OnStage(StageView stage)
    {
        Finished = stage.Stage;
        Summary = ContinualMetrics.Summarise(_scores, run.Languages, dataset.HeadlineProtocol);
        store.AddStage(
            run.Id,
            stage,
            row =>
            {
                row.Summary = Summary;
                Snapshot(row);
            }
        );
        if (stage.Stage > finishedBefore)
        {
            store.Log(run.Id, "info", Line(stage));
        }
    }

    private void Snapshot(RunEntity row) => (row.Progress, row.DurationSeconds) = (_progress, Worked);

    private string Line(StageView stage)
    {
        var t2i = ContinualMetrics.Matrix(_scores, run.Languages, dataset.HeadlineProtocol, RetrievalDirection.TextToImage);
        var average = stage.Stage <= t2i.Count ? t2i[stage.Stage - 1].Average() : null; // Average skips what was not measured
        var languages = string.Join(' ', stage.Languages);
        var grown = stage.NewTokens > 0 ? $", {stage.NewTokens:N0} new tokens" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Stage {stage.Stage} of {Stages} ({languages}) is done: {stage.TrainSeconds:0.0} s training, {stage.EvaluationSeconds:0.0} s evaluation{grown}; mean R@1 {average:0.0}."
        );
    }
}
