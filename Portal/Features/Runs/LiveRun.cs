using CllClip.Engine.Methods;
using CllClip.Portal.Layout.Components;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>
/// What the page of one run shows: the stored state, and what arrives after it. Messages may come twice (a late comer gets the stored state and then the
/// stream): scores are kept once each, and shared with other pages of the run; older progress is ignored. Not thread-safe: the page calls it on its own
/// dispatcher.
/// </summary>
public sealed class LiveRun
{
    private const int MostLog = 5000;

    private readonly HashSet<(DateTime, string)> _logged = [];
    private readonly ScoreLog _scores;
    private readonly List<LogMessage> _log = [];
    private long _sequence = -1;

    public LiveRun(
        RunView run,
        ScoreLog scores,
        IEnumerable<StageView> stages,
        IEnumerable<LogMessage> log,
        IEnumerable<StepSample>? steps = null
    )
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(log);
        (Run, _scores) = (run, scores);
        Stages = [.. stages];
        foreach (var line in log)
        {
            Add(line);
        }
        foreach (var step in steps ?? [])
        {
            scores.Steps.Add(step.Stage, step.Step, step.Steps, step.Terms, step.PairsPerSecond);
        }
    }

    public RunView Run { get; private set; }

    /// <summary>The run without its progress: equal as long as nothing but that has changed.</summary>
    public RunView Settled => Run with { Progress = null };

    public IReadOnlyList<StageView> Stages { get; private set; }

    /// <summary>Finished stages of which the scores alone are here, not the answers to single queries.</summary>
    public IReadOnlySet<int> Unanswered { get; set; } = new HashSet<int>();

    /// <summary>Whether there are answers to single queries of any stage, or will be.</summary>
    public bool Answered => Run.Origin is null && (Active || Stages.Count == 0 || Unanswered.Count < Stages.Count);

    /// <summary>Scores of all data sets, in the order of measuring.</summary>
    public IReadOnlyList<Score> Scores => _scores.All;

    /// <summary>Where their matrices are drawn.</summary>
    public MatrixDrawings Matrices => _scores.Matrices;

    /// <summary>What the run is evaluated on: its own data set (null) and the further ones.</summary>
    public IReadOnlyList<string?> TestSets => [null, .. Run.TestSets];

    public IReadOnlyList<LogMessage> Log => _log;

    /// <summary>Loss terms of the last step.</summary>
    public IReadOnlyDictionary<string, double> Losses { get; private set; } = new Dictionary<string, double>();

    /// <summary>Loss terms over training steps, one line a term.</summary>
    public IReadOnlyList<ChartSeries> LossCurves => _scores.Steps.Curves.Losses;

    /// <summary>Norm of the gradient before clipping over training steps.</summary>
    public IReadOnlyList<ChartSeries> GradientCurve => _scores.Steps.Curves.Gradient;

    /// <summary>Pairs a second.</summary>
    public IReadOnlyList<ChartSeries> ThroughputCurve => _scores.Steps.Curves.Throughput;

    /// <summary>Whether the run learns nothing in turn: it has one stage.</summary>
    public bool AllAtOnce =>
        MethodCatalog.Find(Run.Method)?.AllLanguagesAtOnce == true || (Run.Origin is not null && Scores.All(s => s.Stage == 1));

    /// <summary>Number of finished stages. Of an imported run nothing but the scores is known, and those are whole.</summary>
    public int StagesDone => Run.Origin is null ? Stages.Count : Scores.Select(s => s.Stage).DefaultIfEmpty().Max();

    /// <summary>Languages of each stage: one each, or all at once where nothing is learned in turn.</summary>
    public IReadOnlyList<IReadOnlyList<string>> StageLanguages =>
        AllAtOnce ? [Run.Languages] : [.. Run.Languages.Select(l => (IReadOnlyList<string>)[l])];

    /// <summary>The scores on one data set; another list when there are more.</summary>
    /// <param name="testSet">Id of a further data set; null for the run's own.</param>
    public IReadOnlyList<Score> ScoresOn(string? testSet) => _scores.On(testSet);

    /// <summary>The curves of these scores for languages of the run; the same objects on all pages that show them.</summary>
    /// <param name="testSet">Id of a further data set; null for the run's own.</param>
    /// <param name="choice">Protocol, direction and K.</param>
    /// <param name="languages">The languages.</param>
    internal ScoreCurves CurvesOn(string? testSet, CurveChoice choice, IReadOnlyList<string> languages) =>
        _scores.Curves(testSet, choice, languages);

    /// <summary>Headline protocol on a data set: that of the first score there.</summary>
    public string? ProtocolOn(string? testSet) => ScoresOn(testSet) is [var first, ..] ? first.Protocol : null;

    /// <summary>The run's languages on a data set, without those that were learned and turned out not to be in it.</summary>
    public IReadOnlyList<string> LanguagesOn(string? testSet)
    {
        if (testSet is null)
        {
            return Run.Languages;
        }
        var scored = ScoresOn(testSet).Select(s => s.Language).ToHashSet();
        var learned = StageLanguages.Take(StagesDone).SelectMany(l => l).ToHashSet();
        return [.. Run.Languages.Where(l => scored.Contains(l) || !learned.Contains(l))];
    }

    public bool Active => Run.State is RunState.Queued or RunState.Running or RunState.Stopping or RunState.Paused;

    /// <summary>Everything read anew: what is known already stays, curves since the page was opened too.</summary>
    public void CatchUp(RunDetails stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        Refresh(stored.Run, stored.Stages);
        Unanswered = stored.Unanswered;
        if (stored.Scores != _scores)
        {
            _scores.Add(stored.Scores.All);
        }
        foreach (var line in stored.Log)
        {
            Add(line);
        }
        var inOrder = _log.OrderBy(l => l.At).ToList(); // newer lines may have come before the missed ones
        _log.Clear();
        _log.AddRange(inOrder);
    }

    /// <summary>The run as stored anew: after a change of state, or a stage.</summary>
    public void Refresh(RunView run, IEnumerable<StageView> stages)
    {
        Run = run with { Progress = run.Progress ?? Run.Progress };
        Stages = [.. stages];
    }

    public void Apply(ProgressMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Sequence <= _sequence)
        {
            return;
        }
        _sequence = message.Sequence;
        var progress = message.Progress;
        Run = Run with { Progress = progress };
        if (message.Losses.Count > 0)
        {
            Losses = message.Losses;
            _scores.Steps.Add(progress.Stage, progress.Step, progress.Steps, message.Losses, progress.PairsPerSecond);
        }
    }

    public void Apply(ScoreMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        _scores.Add(message.Score);
    }

    public void Apply(StateMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        Run = Run with { State = message.State };
    }

    public void Apply(LogMessage message) => Add(message);

    private void Add(LogMessage line)
    {
        if (_log.Count < MostLog && _logged.Add((line.At, line.Text)))
        {
            _log.Add(line);
        }
    }
}
