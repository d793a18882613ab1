using CllClip.Shared.Results;

namespace CllClip.Portal.Layout.Components;

/// <summary>The scores of one run on one data set as a stage x language grid for one protocol, direction and K, with AR and F of every stage.</summary>
public sealed class ScoreGrid
{
    private readonly Dictionary<(int Stage, string Language), Score> _cells = [];

    public ScoreGrid(IEnumerable<Score> scores, string protocol, RetrievalDirection direction, int k)
    {
        ArgumentNullException.ThrowIfNull(scores);
        (Protocol, Direction, K) = (protocol, direction, k);
        foreach (var score in scores)
        {
            if (score.K == k && score.Direction == direction && score.Protocol == protocol)
            {
                _cells[(score.Stage, score.Language)] = score;
                Stages = Math.Max(Stages, score.Stage);
                Highest = Math.Max(Highest, score.Recall);
            }
        }
    }

    /// <summary>Protocol of the scores.</summary>
    public string Protocol { get; }

    /// <summary>Direction of retrieval.</summary>
    public RetrievalDirection Direction { get; }

    /// <summary>1, 5 or 10.</summary>
    public int K { get; }

    /// <summary>Last stage with a score.</summary>
    public int Stages { get; }

    /// <summary>Largest recall, percent.</summary>
    public double Highest { get; }

    /// <summary>The score of a language after a stage, or null.</summary>
    public Score? Cell(int stage, string language) => _cells.GetValueOrDefault((stage, language));

    /// <summary>Mean over the languages measured at a stage; null without any.</summary>
    public double? Average(int stage, IReadOnlyList<string> languages)
    {
        ArgumentNullException.ThrowIfNull(languages);
        var values = languages.Select(l => Cell(stage, l)?.Recall).OfType<double>().ToList();
        return values.Count == 0 ? null : values.Average();
    }

    /// <summary>Best earlier score of a language minus its score at this stage; null where there is no earlier one.</summary>
    public double? Forgotten(int stage, string language)
    {
        if (Cell(stage, language) is not { } now)
        {
            return null;
        }
        double? best = null;
        for (var i = 1; i < stage; i++)
        {
            if (Cell(i, language) is { } earlier)
            {
                best = Math.Max(best ?? double.NegativeInfinity, earlier.Recall);
            }
        }
        return best - now.Recall;
    }

    /// <summary>Forgetting F at a stage: mean over the languages measured earlier; null at the first stage.</summary>
    public double? Forgetting(int stage, IReadOnlyList<string> languages)
    {
        ArgumentNullException.ThrowIfNull(languages);
        var drops = languages.Select(l => Forgotten(stage, l)).OfType<double>().ToList();
        return drops.Count == 0 ? null : drops.Average();
    }

    /// <summary>
    /// How far a language lies below the best that it had at this or an earlier stage: 0 at the best itself and where it was learned, never negative; null where it
    /// was not measured.
    /// </summary>
    public double? Loss(int stage, string language) => Cell(stage, language) is null ? null : Math.Max(0, Forgotten(stage, language) ?? 0);

    /// <summary>
    /// Mean loss at a stage, over the languages that <see cref="Forgetting"/> is a mean of: those measured earlier too. It differs from F where a language
    /// is better than ever, which counts as 0 here and as negative there; null at the first stage.
    /// </summary>
    public double? MeanLoss(int stage, IReadOnlyList<string> languages)
    {
        ArgumentNullException.ThrowIfNull(languages);
        var losses = languages.Select(l => Forgotten(stage, l)).OfType<double>().Select(lost => Math.Max(0, lost)).ToList();
        return losses.Count == 0 ? null : losses.Average();
    }

    /// <summary>The largest loss of these languages at any stage.</summary>
    public double HighestLoss(IReadOnlyList<string> languages)
    {
        ArgumentNullException.ThrowIfNull(languages);
        var highest = 0.0;
        foreach (var language in languages)
        {
            var best = double.NegativeInfinity;
            for (var stage = 1; stage <= Stages; stage++)
            {
                if (Cell(stage, language)?.Recall is { } recall)
                {
                    best = Math.Max(best, recall);
                    highest = Math.Max(highest, best - recall);
                }
            }
        }
        return highest;
    }

    /// <summary>The grid as a table, full precision, one row a stage, and what it shows in the last columns; a cell never measured is empty.</summary>
    public TableFile ToTable(IReadOnlyList<string> languages, int stages, MatrixFigure figure)
    {
        ArgumentNullException.ThrowIfNull(languages);
        var loss = figure == MatrixFigure.Loss;
        return new(
            ["stage", loss ? "mean_loss" : "average_recall", "forgetting", .. languages, "figure", "direction", "k", "protocol"],
            Enumerable
                .Range(1, Math.Min(stages, Stages))
                .Select(stage =>
                    (IReadOnlyList<object?>)
                        [
                            stage,
                            loss ? MeanLoss(stage, languages) : Average(stage, languages),
                            Forgetting(stage, languages),
                            .. languages.Select(l => (object?)(loss ? Loss(stage, l) : Cell(stage, l)?.Recall)),
                            loss ? "loss_from_best" : "recall",
                            RetrievalChoices.Code(Direction),
                            K,
                            Protocol,
                        ]
                )
        );
    }
}
