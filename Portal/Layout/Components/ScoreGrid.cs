using CllClip.Shared.Results;

namespace CllClip.Portal.Layout.Components;

/// <summary>The scores of one run on one data set as a stage x language grid for one protocol, direction and K, with AR and F of every stage.</summary>
public sealed class ScoreGrid
{
    private readonly Dictionary<(int Stage, string Language), Score> _cells = [];

    public ScoreGrid(IEnumerable<Score> scores, string protocol, RetrievalDirection direction, int k)
    {
        ArgumentNullException.ThrowIfNull(scores);
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

    /// <summary>The grid as CSV, full precision, one row a stage; a cell never measured is empty.</summary>
    public string ToCsv(IReadOnlyList<string> languages, int stages)
    {
        ArgumentNullException.ThrowIfNull(languages);
        return Csv.Write(
            ["stage", "average_recall", "forgetting", .. languages],
            Enumerable.Range(1, Math.Min(stages, Stages)).Select(stage => Row(stage, languages))
        );
    }

    private IEnumerable<object?> Row(int stage, IReadOnlyList<string> languages) =>
        [stage, Average(stage, languages), Forgetting(stage, languages), .. languages.Select(l => (object?)Cell(stage, l)?.Recall)];
}
