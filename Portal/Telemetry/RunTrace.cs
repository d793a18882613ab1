using System.Diagnostics;
using CllClip.Engine.Training;
using CllClip.Portal.Storage;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Telemetry;

/// <summary>
/// The spans of one run, made from what the engine reports: the run, its stages, in each of them vocabulary, training, evaluation and checkpoint. Lives on the run's own
/// thread; costs nothing where there are no traces.
/// </summary>
internal sealed class RunTrace : IProgress<RunEvent>, IDisposable
{
    private readonly PortalTraces? _traces;
    private readonly Activity? _run;
    private IProgress<RunEvent>? _inner;
    private Activity? _stage;
    private Activity? _phase;
    private int _stageNumber;

    public RunTrace(PortalTraces? traces, RunEntity run)
    {
        _traces = traces;
        _run = traces?.StartRoot(
            "run",
            (SpanTags.RunId, run.Id),
            (SpanTags.Method, run.Method),
            (SpanTags.Teir, run.Teir),
            (SpanTags.Dataset, run.Dataset),
            (SpanTags.Model, run.Model),
            (SpanTags.Languages, run.Languages.Count),
            (SpanTags.Device, run.Lane)
        );
    }

    /// <summary>What the engine reports to, so that both hear of it.</summary>
    public IProgress<RunEvent> Before(IProgress<RunEvent> inner)
    {
        _inner = inner;
        return _run is null ? inner : this;
    }

    public void Report(RunEvent value)
    {
        switch (value)
        {
            case ProgressMade { Progress: var now }:
                Enter(now);
                break;
            case CheckpointKept kept:
                _traces?.Add("checkpoint within stage", kept.Took, (SpanTags.Stage, kept.Stage), (SpanTags.Step, kept.Step));
                break;
        }
        _inner?.Report(value);
        if (value is StageFinished finished)
        {
            EndStage(finished.Stage);
        }
    }

    /// <summary>Notes what became of the run.</summary>
    public void Ended(RunState state) => _run?.SetTag(SpanTags.Outcome, state.ToString().ToLowerInvariant());

    /// <summary>Notes that an error ended it.</summary>
    public void Failed(Exception error) => _run.Failed(error);

    public void Dispose()
    {
        _phase?.Dispose();
        _stage?.Dispose();
        _run?.Dispose();
    }

    private void Enter(RunProgress now)
    {
        if (_stage is null || _stageNumber != now.Stage)
        {
            EndStage(null);
            (_stage, _stageNumber) = (_traces?.Start("stage", (SpanTags.Stage, now.Stage)), now.Stage);
        }
        if (_phase?.OperationName != now.Phase)
        {
            _phase?.Dispose();
            _phase = _traces?.Start(now.Phase, (SpanTags.Stage, now.Stage));
        }
    }

    private void EndStage(StageView? figures)
    {
        _phase?.Dispose();
        if (figures is not null)
        {
            _stage?.SetTag("cllclip.stage.new_tokens", figures.NewTokens);
            _stage?.SetTag("cllclip.stage.pairs", figures.TrainingPairs);
        }
        _stage?.Dispose();
        (_stage, _phase) = (null, null);
    }
}
