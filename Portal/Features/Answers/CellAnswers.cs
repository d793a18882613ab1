namespace CllClip.Portal.Features.Answers;

/// <summary>The queries of one cell with their ranks.</summary>
/// <param name="view">What is shown of them.</param>
/// <param name="k">1, 5 or 10.</param>
/// <param name="now">The rank of each, from 0; negative for an image without captions, which is no query.</param>
/// <param name="best">The best rank of each at an earlier stage.</param>
/// <param name="bestStage">The stage of that; 0 without any.</param>
internal sealed class CellAnswers(CellView view, int k, short[] now, short[] best, int[] bestStage)
{
    public CellView View => view;

    public IReadOnlyList<short> Now => now;

    /// <summary>Positions of the queries.</summary>
    public IReadOnlyList<int> Queries { get; } = [.. Enumerable.Range(0, now.Length).Where(i => now[i] >= 0)];

    public bool Is(AnswerKind kind, int query) =>
        kind switch
        {
            AnswerKind.Right => In(now[query]),
            AnswerKind.Learned => In(now[query]) && !In(best[query]),
            AnswerKind.Forgotten => !In(now[query]) && In(best[query]),
            _ => !In(now[query]),
        };

    /// <summary>The narrowest kind of a query: a forgotten one is a wrong one too, a newly learned one a right one.</summary>
    public AnswerKind Kind(int query) =>
        Is(AnswerKind.Learned, query) ? AnswerKind.Learned
        : Is(AnswerKind.Right, query) ? AnswerKind.Right
        : Is(AnswerKind.Forgotten, query) ? AnswerKind.Forgotten
        : AnswerKind.Wrong;

    /// <summary>A query and what became of it, without what was found.</summary>
    public Answer Answer(int query) =>
        view.Answer(query) with
        {
            Place = now[query] + 1,
            BestPlace = bestStage[query] == 0 ? null : best[query] + 1,
            BestStage = bestStage[query] == 0 ? null : bestStage[query],
        };

    private bool In(short rank) => rank >= 0 && rank < k;
}
