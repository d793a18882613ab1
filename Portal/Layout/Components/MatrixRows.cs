using System.Globalization;
using System.Text;
using CllClip.Engine.Evaluation.Statistics;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Results;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Layout.Components;

/// <summary>
/// The rows of a stage x language matrix as markup. A matrix of 36 languages has 666 cells with a tooltip and a link each: as elements of every open page they
/// were a megabyte a page, and most of the time until it showed. Never changes.
/// </summary>
public sealed class MatrixRows
{
    private readonly MatrixFigure _figure;
    private readonly IReadOnlyList<Score> _scores;
    private readonly IReadOnlyList<string> _languages;
    private readonly IReadOnlyList<IReadOnlyList<string>> _stageLanguages;
    private readonly string[] _rows;

    /// <summary>Draws the rows.</summary>
    /// <param name="scores">The scores; a list that does not change.</param>
    /// <param name="choice">What is shown of them.</param>
    /// <param name="languages">Columns.</param>
    /// <param name="stageLanguages">Languages learned at each stage, for the heads of the rows.</param>
    /// <param name="text">The reader's language.</param>
    /// <param name="link">Address of what is behind a score; null where cells lead nowhere.</param>
    /// <param name="before">The same matrix drawn of fewer scores: its rows are taken where they are the same.</param>
    public MatrixRows(
        IReadOnlyList<Score> scores,
        MatrixChoice choice,
        IReadOnlyList<string> languages,
        IReadOnlyList<IReadOnlyList<string>> stageLanguages,
        PageText text,
        Func<Score, string?>? link,
        MatrixRows? before = null
    )
    {
        ArgumentNullException.ThrowIfNull(languages);
        ArgumentNullException.ThrowIfNull(stageLanguages);
        ArgumentNullException.ThrowIfNull(text);
        (_figure, _scores, _languages, _stageLanguages) = (choice.Figure, scores, languages, stageLanguages);
        Grid = new ScoreGrid(scores, choice.Protocol, choice.Direction, choice.K);
        Top = _figure == MatrixFigure.Loss ? RoundTop(Grid.HighestLoss(languages), 5) : RoundTop(Grid.Highest, 10);
        _rows = new string[Math.Max(stageLanguages.Count, Grid.Stages)];
        // A row tells how far it is below earlier ones: from the first that differs on all are drawn anew.
        var same = before is not null && before.Top == Top && before._languages.SequenceEqual(languages);
        for (var row = 0; row < _rows.Length; row++)
        {
            same = same && before!.Same(this, row + 1);
            _rows[row] = same ? before!._rows[row] : Draw(row + 1, text, link);
        }
    }

    /// <summary>The figures.</summary>
    public ScoreGrid Grid { get; }

    /// <summary>The value at the strongest color: recall in percent, or loss in percentage points.</summary>
    public double Top { get; }

    /// <summary>Number of rows: those with scores, and those of stages that are still to come.</summary>
    public int Count => _rows.Length;

    /// <summary>The cells of a row, head first, without the row's own element.</summary>
    /// <param name="stage">From 1.</param>
    public MarkupString this[int stage] => new(_rows[stage - 1]);

    /// <summary>Whether it shows these figures.</summary>
    public bool Show(IReadOnlyList<Score> scores, IReadOnlyList<string> languages, IReadOnlyList<IReadOnlyList<string>> stageLanguages) =>
        _scores.Equals(scores) && SameLists(_stageLanguages, stageLanguages) && _languages.SequenceEqual(languages);

    private bool Same(MatrixRows other, int stage) =>
        stage <= Count
        && SameLists(_stageLanguages.Skip(stage - 1).Take(1), other._stageLanguages.Skip(stage - 1).Take(1))
        && _languages.All(l => ReferenceEquals(Grid.Cell(stage, l), other.Grid.Cell(stage, l)));

    private static bool SameLists(IEnumerable<IReadOnlyList<string>> a, IEnumerable<IReadOnlyList<string>> b) =>
        a.Select(l => string.Join(' ', l)).SequenceEqual(b.Select(l => string.Join(' ', l)));

    private string Draw(int stage, PageText text, Func<Score, string?>? link)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<th scope=\"row\" class=\"stage\"><span class=\"num\">{stage}</span> ");
        if (stage <= _stageLanguages.Count)
        {
            var learned = _stageLanguages[stage - 1];
            html.Append(
                learned.Count == 1
                    ? CellMarkup.LanguageName(text, learned[0])
                    : $"<span class=\"quiet\">{CellMarkup.Encode(text.Count("{0} language", "{0} languages", learned.Count))}</span>"
            );
        }
        var mean = _figure == MatrixFigure.Loss ? Grid.MeanLoss(stage, _languages) : Grid.Average(stage, _languages);
        html.Append(CultureInfo.InvariantCulture, $"</th><td class=\"sum\">{CellMarkup.Percent(mean)}</td>");
        html.Append(CultureInfo.InvariantCulture, $"<td class=\"sum\">{CellMarkup.Percent(Grid.Forgetting(stage, _languages))}</td>");
        var unmeasured = CellMarkup.Encode(text["not measured"]);
        var measured = Measured(stage);
        foreach (var language in _languages.Take(measured))
        {
            if (Grid.Cell(stage, language) is { } score)
            {
                var value = _figure == MatrixFigure.Loss ? Grid.Loss(stage, language)!.Value : score.Recall;
                var (heat, shown, said) = (Heat(value), Formats.Percent(value), CellMarkup.Encode(Hover(score, text)));
                // Of a cell that leads somewhere the link has the title: its description for screen readers and what js/matrix.js shows where the focus is.
                html.Append(
                    link?.Invoke(score) is { } address
                        ? $"<td class=\"{heat}\"><a href=\"{CellMarkup.Encode(address)}\" title=\"{said}\">{shown}</a></td>"
                        : $"<td class=\"{heat}\" title=\"{said}\">{shown}</td>"
                );
            }
            else
            {
                html.Append(CultureInfo.InvariantCulture, $"<td class=\"none\" aria-label=\"{unmeasured}\"></td>");
            }
        }
        if (_languages.Count - measured is > 0 and var rest)
        {
            // One cell for all that are not learned yet: half of the table's, which a browser need not lay out.
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"none\" colspan=\"{rest}\" aria-label=\"{unmeasured}\"></td>");
        }
        return html.ToString();
    }

    /// <summary>Columns up to the last one with a score in a row.</summary>
    private int Measured(int stage)
    {
        var count = _languages.Count;
        while (count > 0 && Grid.Cell(stage, _languages[count - 1]) is null)
        {
            count--;
        }
        return count;
    }

    private string Heat(double value) =>
        (_figure == MatrixFigure.Loss ? "loss-" : "heat-")
        + ((int)Math.Round(Math.Clamp(value / Top, 0, 1) * 31)).ToString(CultureInfo.InvariantCulture);

    private static double RoundTop(double highest, double step) => Math.Min(100, Math.Max(step, Math.Ceiling(highest / step) * step));

    private string Hover(Score score, PageText text)
    {
        var language = LanguageCatalog.Find(score.Language)?.Name ?? score.Language;
        var interval = score.N > 0 ? Interval.OfRecall(score.Recall, score.N) : default;
        var said = text[
            "{0} after stage {1}: {2} %, 95 % interval {3} to {4}",
            text[language],
            score.Stage,
            Formats.Fixed(score.Recall, 2),
            Formats.Fixed(interval.Low, 1),
            Formats.Fixed(interval.High, 1)
        ];
        return Grid.Forgotten(score.Stage, score.Language) is { } lost
            ? text["{0}, {1} from its best earlier (n = {2})", said, Formats.Fixed(-lost, 1), score.N]
            : text["{0} (n = {1})", said, score.N];
    }
}
