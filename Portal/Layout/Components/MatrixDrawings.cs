using CllClip.Portal.Localization;
using CllClip.Shared.Results;

namespace CllClip.Portal.Layout.Components;

/// <summary>What a matrix shows of a run's scores.</summary>
/// <param name="TestSet">The data set; null for the run's own.</param>
/// <param name="Protocol">The protocol.</param>
/// <param name="Direction">The direction of retrieval.</param>
/// <param name="K">1, 5 or 10.</param>
/// <param name="Figure">What a cell shows of its score.</param>
public readonly record struct MatrixChoice(
    string? TestSet,
    string Protocol,
    RetrievalDirection Direction,
    int K,
    MatrixFigure Figure = MatrixFigure.Recall
);

/// <summary>The matrices of one run: each is drawn once for all pages that show the same of it in the same language. Thread-safe.</summary>
public sealed class MatrixDrawings
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(MatrixChoice Choice, string Language, bool Linked), MatrixRows> _latest = [];

    /// <summary>The rows for these figures: those that are drawn already, or new ones that take over what did not change.</summary>
    /// <param name="scores">The scores; a list that does not change.</param>
    /// <param name="choice">What is shown of them.</param>
    /// <param name="languages">Columns.</param>
    /// <param name="stageLanguages">Languages learned at each stage, for the heads of the rows.</param>
    /// <param name="text">The reader's language.</param>
    /// <param name="link">Address of what is behind a score, the same for all pages of the run; null where cells lead nowhere.</param>
    public MatrixRows Draw(
        IReadOnlyList<Score> scores,
        MatrixChoice choice,
        IReadOnlyList<string> languages,
        IReadOnlyList<IReadOnlyList<string>> stageLanguages,
        PageText text,
        Func<Score, string?>? link
    )
    {
        ArgumentNullException.ThrowIfNull(text);
        lock (_lock)
        {
            var key = (choice, text.Language.Code, link is not null);
            var before = _latest.GetValueOrDefault(key);
            return before?.Show(scores, languages, stageLanguages) == true
                ? before
                : _latest[key] = new MatrixRows(scores, choice, languages, stageLanguages, text, link, before);
        }
    }
}
