using System.Diagnostics;
using CllClip.Shared.Runs;

namespace CllClip.Engine.Training;

/// <summary>Knows how far a run is and how long it will take, from the rates measured so far.</summary>
/// <param name="tasks">Training pairs (all epochs) and evaluations (of one language on one data set), task by task.</param>
internal sealed class RunClock(IReadOnlyList<(long Pairs, int Evaluations)> tasks)
{
    private const double Window = 2; // seconds of training

    private readonly long _allPairs = tasks.Sum(t => t.Pairs);
    private readonly long _allEvaluations = tasks.Sum(t => (long)t.Evaluations);
    private readonly Stopwatch _training = new();
    private readonly Stopwatch _evaluating = new();
    private readonly Queue<(double Seconds, long Pairs)> _recent = new(); // after each step of the last seconds
    private long _pairsDone;
    private long _evaluationsDone;
    private long _pairsMeasured;
    private long _evaluationsMeasured;
    private (double Seconds, long Pairs) _latest;
    private double _fraction;

    /// <summary>Seconds of training in this process.</summary>
    public double TrainSeconds => _training.Elapsed.TotalSeconds;

    /// <summary>Seconds of evaluation in this process.</summary>
    public double EvaluationSeconds => _evaluating.Elapsed.TotalSeconds;

    /// <summary>Training pairs a second over the last two seconds of steps, without what precedes a task's first step; 0 while unknown.</summary>
    public double PairsPerSecond =>
        _recent.TryPeek(out var first) && _latest.Seconds > first.Seconds
            ? (_latest.Pairs - first.Pairs) / (_latest.Seconds - first.Seconds)
        : _pairsMeasured > 0 ? _pairsMeasured / TrainSeconds
        : 0;

    /// <summary>A task was found finished on disk.</summary>
    public void Skip(int task)
    {
        _pairsDone += tasks[task].Pairs;
        _evaluationsDone += tasks[task].Evaluations;
    }

    /// <summary>Pairs of the task at hand were trained on by a process before this one.</summary>
    public void Found(long pairs) => _pairsDone += pairs;

    /// <summary>Time until the returned object is disposed counts as training.</summary>
    public IDisposable Training()
    {
        _recent.Clear(); // a new task begins with its vocabulary
        return new Running(_training);
    }

    /// <summary>Time until the returned object is disposed counts as evaluation.</summary>
    public IDisposable Evaluating() => new Running(_evaluating);

    /// <summary>Pairs were trained on.</summary>
    public void Trained(int pairs)
    {
        _pairsDone += pairs;
        _pairsMeasured += pairs;
        _latest = (TrainSeconds, _pairsMeasured);
        _recent.Enqueue(_latest);
        while (_latest.Seconds - _recent.Peek().Seconds > Window && _recent.Count > 2)
        {
            _recent.Dequeue();
        }
    }

    /// <summary>A language was evaluated on a data set.</summary>
    public void Evaluated()
    {
        _evaluationsDone++;
        _evaluationsMeasured++;
    }

    /// <summary>Where the run stands.</summary>
    public RunProgress At(int stage, string language, string phase, int epoch, int epochs, int step, int steps)
    {
        var (pairsLeft, evaluationsLeft) = (_allPairs - _pairsDone, _allEvaluations - _evaluationsDone);
        var pair = _pairsMeasured > 0 ? TrainSeconds / _pairsMeasured : double.NaN;
        // One price for all: every stage evaluates the same data sets, so that their mean is right from the first stage on. Until a language was
        // evaluated it is guessed from that of training: about 500 pairs.
        var evaluation = _evaluationsMeasured > 0 ? EvaluationSeconds / _evaluationsMeasured : 500 * pair;
        var priced = double.IsNaN(pair) ? 0.0005 : pair;
        var pricedEvaluation = double.IsNaN(evaluation) ? 500 * priced : evaluation;
        var all = _allPairs * priced + _allEvaluations * pricedEvaluation;
        var left = pairsLeft * priced + evaluationsLeft * pricedEvaluation;
        double? seconds = double.IsNaN(pair) && _evaluationsMeasured == 0 ? null : left;
        _fraction = Math.Max(_fraction, Math.Clamp(1 - left / all, 0, 1)); // prices settle: a bar does not run backwards
        return new RunProgress(stage, tasks.Count, language, phase, epoch, epochs, step, steps, _fraction, seconds, PairsPerSecond);
    }

    private sealed class Running : IDisposable
    {
        private readonly Stopwatch _watch;

        public Running(Stopwatch watch)
        {
            _watch = watch;
            watch.Start();
        }

        public void Dispose() => _watch.Stop();
    }
}
