using CllClip.Portal.Layout.Components;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Answers;

/// <summary>The queries of a cell as a table, a row each.</summary>
internal static class AnswersTable
{
    /// <summary>The table.</summary>
    /// <param name="cell">The queries.</param>
    /// <param name="query">The cell that they are of.</param>
    /// <param name="run">Its run.</param>
    /// <param name="only">Queries of this kind alone; null for all.</param>
    public static TableFile Of(CellAnswers cell, AnswerQuery query, RunView run, AnswerKind? only) =>
        new(
            [
                "position",
                "caption",
                "english",
                "image",
                "right",
                "answer",
                "place",
                "best_place",
                "best_stage",
                "run",
                "stage",
                "language",
                "direction",
                "k",
                "protocol",
                "dataset",
            ],
            cell.Queries.Where(i => only is not { } kind || cell.Is(kind, i))
                .Select(i =>
                {
                    var answer = cell.Answer(i);
                    return (IReadOnlyList<object?>)
                        [
                            answer.Position,
                            answer.Caption,
                            answer.English,
                            answer.Image,
                            cell.Is(AnswerKind.Right, i),
                            Code(cell.Kind(i)),
                            answer.Place,
                            answer.BestPlace,
                            answer.BestStage,
                            run.Id,
                            query.Stage,
                            query.Language,
                            RetrievalChoices.Code(query.Direction),
                            query.K,
                            query.Protocol,
                            query.Dataset ?? run.Dataset,
                        ];
                })
        );

    /// <summary>Name of the file, without its ending.</summary>
    public static string Name(AnswerQuery query) =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"run-{query.Run}-stage-{query.Stage}-{query.Language}-{RetrievalChoices.Code(query.Direction)}-r{query.K}-answers"
        );

    private static string Code(AnswerKind kind) =>
        kind switch
        {
            AnswerKind.Forgotten => "forgotten",
            AnswerKind.Right => "right",
            AnswerKind.Learned => "learned",
            _ => "wrong",
        };
}
