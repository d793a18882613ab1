using CllClip.Portal.Layout.Components;

namespace CllClip.Portal.Features.Compare;

/// <summary>The languages of a comparison as a table: one row for each language and run.</summary>
internal static class ComparisonTable
{
    public static TableFile Of(Comparison shown)
    {
        ArgumentNullException.ThrowIfNull(shown);
        var runs = shown.Runs;
        return new(
            [
                "language",
                "run",
                "name",
                "stage",
                "like_for_like",
                "recall",
                "n",
                "k",
                "direction",
                "protocol",
                "dataset",
                "difference",
                "low",
                "high",
                "p",
                "p_holm",
                "only_reference",
                "only_run",
            ],
            shown.Languages.SelectMany(code =>
                runs.Select(run =>
                {
                    var (score, d) = (run.Recall[code], run.Differences.GetValueOrDefault(code));
                    return (IReadOnlyList<object?>)
                        [
                            code,
                            run.Run.Id,
                            run.Run.Name,
                            run.Stage,
                            run.LikeForLike,
                            score.Recall,
                            score.N,
                            score.K,
                            RetrievalChoices.Code(score.Direction),
                            score.Protocol,
                            shown.Dataset,
                            run == runs[0] ? null : score.Recall - runs[0].Recall[code].Recall,
                            d?.Low,
                            d?.High,
                            d?.P,
                            d?.HolmP,
                            d?.OnlyFirst,
                            d?.OnlySecond,
                        ];
                })
            )
        );
    }
}
