using CllClip.Portal.Layout.Components;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Runs;

/// <summary>Which scores the curves of a run show.</summary>
/// <param name="Protocol">The protocol; null for the headline one, that of the first score.</param>
/// <param name="Direction">The direction of retrieval of what is told by language.</param>
/// <param name="K">1, 5 or 10.</param>
internal readonly record struct CurveChoice(string? Protocol, RetrievalDirection Direction, int K)
{
    /// <summary>What a page opens with.</summary>
    public static CurveChoice First { get; } = new(null, RetrievalDirection.TextToImage, 1);
}

/// <summary>What a run's scores on one data set look like over the stages: both directions in the summary, one of them by language.</summary>
internal sealed record ScoreCurves(
    IReadOnlyList<ChartSeries> Summary,
    IReadOnlyList<ChartSeries> PerLanguage,
    IReadOnlyList<ChartSeries> Forgetting
)
{
    public static ScoreCurves Of(
        IReadOnlyList<Score> scores,
        string protocol,
        RetrievalDirection direction,
        int k,
        IReadOnlyList<string> languages
    )
    {
        var grid = new ScoreGrid(scores, protocol, direction, k);
        return new(
            RunCurves.Summary(scores, protocol, k, languages),
            RunCurves.PerLanguage(grid, languages),
            RunCurves.Forgetting(grid, languages)
        );
    }
}

/// <summary>Curves over stages, made from scores and stage figures. Their names are English: whoever shows them looks them up.</summary>
public static class RunCurves
{
    /// <summary>AR and F over stages, both directions.</summary>
    public static IReadOnlyList<ChartSeries> Summary(IReadOnlyList<Score> scores, string protocol, int k, IReadOnlyList<string> languages)
    {
        var series = new List<ChartSeries>();
        foreach (
            var (direction, recall, lost) in new[]
            {
                (RetrievalDirection.TextToImage, PageText.Key("AR text → image"), PageText.Key("F text → image")),
                (RetrievalDirection.ImageToText, PageText.Key("AR image → text"), PageText.Key("F image → text")),
            }
        )
        {
            var grid = new ScoreGrid(scores, protocol, direction, k);
            series.Add(new ChartSeries(recall, Points(grid, s => grid.Average(s, languages))));
            series.Add(new ChartSeries(lost, Points(grid, s => grid.Forgetting(s, languages))));
        }
        return series;
    }

    /// <summary>Recall of every language over the stages since it was learned.</summary>
    public static IReadOnlyList<ChartSeries> PerLanguage(ScoreGrid grid, IReadOnlyList<string> languages)
    {
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentNullException.ThrowIfNull(languages);
        return
        [
            .. languages.Select(l => new ChartSeries(LanguageCatalog.Find(l)?.Name ?? l, Points(grid, s => grid.Cell(s, l)?.Recall), l)),
        ];
    }

    /// <summary>Rows of the token embedding and rows in use, over stages.</summary>
    public static IReadOnlyList<ChartSeries> Vocabulary(IReadOnlyList<StageView> stages) =>
        [
            new ChartSeries(PageText.Key("rows in the table"), [.. stages.Select(s => new ChartPoint(s.Stage, s.VocabularySize))]),
            new ChartSeries(PageText.Key("rows in use"), [.. stages.Select(s => new ChartPoint(s.Stage, s.RowsInUse))]),
            new ChartSeries(PageText.Key("new tokens"), [.. stages.Select(s => new ChartPoint(s.Stage, s.NewTokens))]),
        ];

    /// <summary>Best earlier recall of every language minus that of the stage, over the stages after its own.</summary>
    public static IReadOnlyList<ChartSeries> Forgetting(ScoreGrid grid, IReadOnlyList<string> languages)
    {
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentNullException.ThrowIfNull(languages);
        var series = new List<ChartSeries>();
        foreach (var language in languages)
        {
            double? best = null;
            var points = new List<ChartPoint>();
            for (var stage = 1; stage <= grid.Stages; stage++)
            {
                if (grid.Cell(stage, language)?.Recall is { } recall)
                {
                    if (best is { } earlier)
                    {
                        points.Add(new ChartPoint(stage, earlier - recall));
                    }
                    best = Math.Max(best ?? recall, recall);
                }
            }
            series.Add(new ChartSeries(LanguageCatalog.Find(language)?.Name ?? language, points, language));
        }
        return series;
    }

    /// <summary>Share of the rows that a task's captions use which were in the table before, in percent, over stages.</summary>
    public static IReadOnlyList<ChartSeries> Reused(IReadOnlyList<StageView> stages) =>
        [
            new ChartSeries(
                PageText.Key("reused"),
                [
                    .. stages
                        .Where(s => s.RowsInUse > 0)
                        .Select(s => new ChartPoint(s.Stage, 100.0 * Math.Max(0, s.RowsInUse - s.NewTokens) / s.RowsInUse)),
                ]
            ),
        ];

    private static List<ChartPoint> Points(ScoreGrid grid, Func<int, double?> value)
    {
        var points = new List<ChartPoint>();
        for (var stage = 1; stage <= grid.Stages; stage++)
        {
            if (value(stage) is { } y)
            {
                points.Add(new ChartPoint(stage, y));
            }
        }
        return points;
    }
}
