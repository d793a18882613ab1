using CllClip.Portal.Layout.Components;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search;

/// <summary>What was found, as a table.</summary>
internal static class SearchTable
{
    public static TableFile Of(SearchResponse answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new(
            [
                "place",
                "image",
                "thing",
                "title",
                "title_language",
                "english",
                "score",
                "percentile",
                "own",
                "url",
                "query",
                "language",
                "checkpoint",
                "gallery",
            ],
            answer.Results.Select(
                (hit, i) =>
                    (IReadOnlyList<object?>)
                        [
                            i + 1,
                            hit.ImageId,
                            hit.ThingId,
                            hit.Title,
                            hit.TitleLanguage,
                            hit.English,
                            hit.Score,
                            hit.Percentile,
                            hit.Own,
                            hit.Own ? null : hit.Url, // the visitor's own picture has no address that others could open
                            answer.Query,
                            answer.Language,
                            answer.Checkpoint,
                            answer.Gallery.Id,
                        ]
            )
        );
    }
}
