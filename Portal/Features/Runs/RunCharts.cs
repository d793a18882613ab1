using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>
/// The curves of a run's page, for the data set chosen there. They are made anew only where their figures changed: the page shares its cores with the training
/// that it shows.
/// </summary>
/// <param name="clock">Tells when curves over steps are due.</param>
/// <param name="text">The reader's language.</param>
/// <param name="stepCurves">The time between two drawings of the curves over steps, which change with every progress and cost most of a drawing.</param>
internal sealed class RunCharts(TimeProvider clock, PageText text, Func<TimeSpan> stepCurves)
{
    private (LiveRun? Run, string? TestSet, CurveChoice Choice, int Stages) _shown;
    private IReadOnlyList<StageView>? _stages;
    private LiveRun? _steps;
    private long _stepsAt;

    /// <summary>The scores on the data set chosen, which the curves show; another list when there are more.</summary>
    public IReadOnlyList<Score> Scores { get; private set; } = [];

    /// <summary>Protocol, direction and K of what is shown.</summary>
    public CurveChoice Choice { get; private set; } = CurveChoice.First;

    /// <summary>Languages on the data set chosen, in the order of learning; the same list as long as they are the same.</summary>
    public IReadOnlyList<string> Languages { get; private set; } = [];
    public IReadOnlyList<ChartSeries> Summary { get; private set; } = [];
    public IReadOnlyList<ChartSeries> PerLanguage { get; private set; } = [];
    public IReadOnlyList<ChartSeries> Forgetting { get; private set; } = [];
    public IReadOnlyList<ChartSeries> Vocabulary { get; private set; } = [];
    public IReadOnlyList<ChartSeries> Reused { get; private set; } = [];
    public IReadOnlyList<ChartSeries> Gradient { get; private set; } = [];
    public IReadOnlyList<ChartSeries> Losses { get; private set; } = [];
    public IReadOnlyList<ChartSeries> Throughput { get; private set; } = [];

    /// <summary>Brings the curves up to the run's figures.</summary>
    /// <param name="live">The run.</param>
    /// <param name="testSet">The further data set chosen; null for the run's own.</param>
    /// <param name="choice">Protocol, direction and K chosen.</param>
    public void Follow(LiveRun live, string? testSet, CurveChoice choice)
    {
        ArgumentNullException.ThrowIfNull(live);
        var scores = live.ScoresOn(testSet);
        if (!scores.Equals(Scores) || _shown != (live, testSet, choice, live.Stages.Count))
        {
            (Scores, _shown) = (scores, (live, testSet, choice, live.Stages.Count));
            // The one chosen on another data set may be none of this one's.
            Choice = choice with
            {
                Protocol = scores.Any(s => s.Protocol == choice.Protocol) ? choice.Protocol : live.ProtocolOn(testSet),
            };
            var languages = live.LanguagesOn(testSet);
            Languages = languages.SequenceEqual(Languages) ? Languages : languages;
            var curves = live.CurvesOn(testSet, Choice, Languages);
            (Summary, Forgetting, PerLanguage) = (Named(curves.Summary), Named(curves.Forgetting), Named(curves.PerLanguage));
        }
        if (!ReferenceEquals(_stages, live.Stages))
        {
            _stages = live.Stages;
            Vocabulary = Named(RunCurves.Vocabulary(live.Stages));
            Reused = Named(RunCurves.Reused(live.Stages));
        }
        if (_steps != live || !live.Active || clock.GetElapsedTime(_stepsAt) >= stepCurves())
        {
            (_steps, _stepsAt) = (live, clock.GetTimestamp());
            (Losses, Gradient, Throughput) = (
                [.. live.LossCurves.Select(s => s with { Name = LossNames.Of(s.Name, text) })],
                Named(live.GradientCurve),
                Named(live.ThroughputCurve)
            );
        }
    }

    /// <summary>The curves by their names in the reader's language; saved tables keep the English ones.</summary>
    private ChartSeries[] Named(IEnumerable<ChartSeries> series) =>
        [.. series.Select(s => text[s.Name] is var name && name == s.Name ? s : s with { Name = name })];
}
