using CllClip.Engine.Evaluation.Statistics;
using CllClip.Shared.Results;

namespace CllClip.Portal.Features.Answers;

/// <summary>The score of a cell, and how it changed: what the cell's title in the matrix says.</summary>
public sealed record CellFigures
{
    /// <summary>Recall, percent.</summary>
    public required double Recall { get; init; }

    /// <summary>Number of queries.</summary>
    public required int N { get; init; }

    /// <summary>Lower end of the 95 % interval of the recall; null where the number of queries is not known.</summary>
    public double? Low { get; init; }

    /// <summary>Upper end of the interval.</summary>
    public double? High { get; init; }

    /// <summary>The language's score at the stage before that it was measured at; null at its first.</summary>
    public EarlierScore? Before { get; init; }

    /// <summary>Its best score at an earlier stage; null at its first.</summary>
    public EarlierScore? Best { get; init; }

    /// <summary>The figures of a cell; null where it was not measured.</summary>
    /// <param name="scores">Scores of the cell's language under its protocol, direction and K.</param>
    /// <param name="stage">The cell's stage.</param>
    internal static CellFigures? Of(IEnumerable<Score> scores, int stage)
    {
        var known = scores.Where(s => s.Stage <= stage).OrderBy(s => s.Stage).ToList();
        if (known is not [.., { } now] || now.Stage != stage)
        {
            return null;
        }
        var earlier = known[..^1].ConvertAll(s => new EarlierScore(s.Stage, s.Recall, now.Recall - s.Recall));
        var interval = now.N > 0 ? Interval.OfRecall(now.Recall, now.N) : default(Interval?);
        return new()
        {
            Recall = now.Recall,
            N = now.N,
            Low = interval?.Low,
            High = interval?.High,
            Before = earlier.LastOrDefault(),
            Best = earlier.MaxBy(s => s.Recall),
        };
    }
}

/// <summary>A score at an earlier stage.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Recall">Recall then, percent.</param>
/// <param name="Change">Recall now minus that, percentage points.</param>
public sealed record EarlierScore(int Stage, double Recall, double Change);
