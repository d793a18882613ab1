using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;

namespace CllClip.Portal.Features.Runs;

/// <summary>
/// The training steps of one run as curves, one for all pages that show the run: each page brings the steps that it hears of, so that the curves are as fine on a
/// page that is seldom drawn as on one that is alone, and never hold more than some hundred points. Thread-safe; curves that were taken never change.
/// </summary>
public sealed class StepLog
{
    private const int MostPoints = 600;
    private const string GradientNorm = "gradNorm";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<ChartPoint>> _terms = [];
    private readonly List<ChartPoint> _throughput = [];
    private double _upTo; // on the axis of the curves
    private (IReadOnlyList<ChartSeries> Losses, IReadOnlyList<ChartSeries> Gradient, IReadOnlyList<ChartSeries> Throughput)? _made;

    /// <summary>The curves over training steps: loss terms (one line each), norm of the gradient before clipping, pairs a second.</summary>
    public (IReadOnlyList<ChartSeries> Losses, IReadOnlyList<ChartSeries> Gradient, IReadOnlyList<ChartSeries> Throughput) Curves
    {
        get
        {
            lock (_lock)
            {
                return _made ??= (
                    [
                        .. _terms
                            .Where(t => t.Key is not (GradientNorm or "tau" or "learningRate"))
                            .Select(t => new ChartSeries(t.Key, [.. t.Value])),
                    ],
                    [new ChartSeries(PageText.Key("gradient norm"), [.. _terms.GetValueOrDefault(GradientNorm) ?? []])],
                    [new ChartSeries(PageText.Key("pairs/s"), [.. _throughput])]
                );
            }
        }
    }

    /// <summary>Adds a step, unless it or a later one is known.</summary>
    /// <param name="stage">Its stage, from 1.</param>
    /// <param name="step">Its place in the task.</param>
    /// <param name="steps">Steps of the task.</param>
    /// <param name="terms">Loss terms and what else was measured, by name.</param>
    /// <param name="pairsPerSecond">Training pairs a second; 0 where it was not measured.</param>
    public void Add(int stage, int step, int steps, IReadOnlyDictionary<string, double> terms, double pairsPerSecond)
    {
        ArgumentNullException.ThrowIfNull(terms);
        // Steps of all tasks in one line: every task has about as many steps, and the axis says "task".
        var x = stage - 1 + (double)step / Math.Max(1, steps);
        lock (_lock)
        {
            if (x <= _upTo)
            {
                return;
            }
            (_upTo, _made) = (x, null);
            foreach (var (name, value) in terms)
            {
                Append(_terms.TryGetValue(name, out var points) ? points : _terms[name] = [], new ChartPoint(x, value));
            }
            if (pairsPerSecond > 0)
            {
                Append(_throughput, new ChartPoint(x, pairsPerSecond));
            }
        }
    }

    /// <summary>Halves the line when it is full.</summary>
    private static void Append(List<ChartPoint> points, ChartPoint point)
    {
        points.Add(point);
        if (points.Count > MostPoints)
        {
            for (var i = 0; i < MostPoints / 2; i++)
            {
                points[i] = points[2 * i];
            }
            points.RemoveRange(MostPoints / 2, points.Count - MostPoints / 2);
        }
    }
}
