using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>The curves of a run's page. They are made anew only where their figures changed: the page shares its cores with the training that it shows.</summary>
internal sealed class RunCharts(TimeProvider clock)
{
    private static readonly TimeSpan StepCurves = TimeSpan.FromSeconds(1);
    private (LiveRun? Run, int Scores) _scores;
    private IReadOnlyList<StageView>? _stages;
    private LiveRun? _steps;
    private long _stepsAt;

    public IReadOnlyList<ChartSeries> Summary { get; private set; } = [];
    public IReadOnlyList<ChartSeries> PerLanguage { get; private set; } = [];
    public IReadOnlyList<ChartSeries> Vocabulary { get; private set; } = [];
    public IReadOnlyList<ChartSeries> Losses { get; private set; } = [];
    public IReadOnlyList<ChartSeries> Throughput { get; private set; } = [];

    /// <summary>Brings the curves up to the run's figures.</summary>
    public void Follow(LiveRun live)
    {
        ArgumentNullException.ThrowIfNull(live);
        if (_scores != (live, live.Scores.Count))
        {
            _scores = (live, live.Scores.Count);
            var protocol = live.Protocol ?? "";
            Summary = RunCurves.Summary(live.Scores, protocol, live.Run.Languages);
            PerLanguage = RunCurves.PerLanguage(live.Scores, protocol, live.Run.Languages, RetrievalDirection.TextToImage);
        }
        if (!ReferenceEquals(_stages, live.Stages))
        {
            _stages = live.Stages;
            Vocabulary = RunCurves.Vocabulary(live.Stages);
        }
        // Curves over steps change with every progress: once a second is enough for the eye.
        if (_steps != live || !live.Active || clock.GetElapsedTime(_stepsAt) >= StepCurves)
        {
            (_steps, _stepsAt) = (live, clock.GetTimestamp());
            (Losses, Throughput) = (live.LossCurves, live.ThroughputCurve);
        }
    }
}
