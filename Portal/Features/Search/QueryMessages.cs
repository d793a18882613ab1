using CllClip.Engine.Search;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search;

/// <summary>What is said beside an answer that wants explaining.</summary>
internal static class QueryMessages
{
    /// <summary>The most important thing to say of a query; null where its results speak for themselves.</summary>
    /// <param name="query">The query.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="checkpoint">What was asked.</param>
    /// <param name="language">Language of the query.</param>
    /// <param name="best">Cosine of the best result; null where there is none.</param>
    /// <param name="chance">Chance level of checkpoint and gallery.</param>
    /// <param name="text">The reader's language.</param>
    public static string? Of(
        QueryText query,
        IReadOnlyList<QueryToken> tokens,
        CheckpointView checkpoint,
        string language,
        double? best,
        double chance,
        PageText text
    ) =>
        query.Text.Length == 0 ? text["Type a word or a few: a thing, an animal, a food, a feeling."]
        : best is null ? text["There is nothing in this text that can be looked for. Try a word."]
        : Cut(query, tokens, text)
            ?? Unlearned(checkpoint, language, text)
            ?? (
                best < chance
                    ? text[
                        "Nothing here fits well: what is found is no closer than for a text without meaning. Try other words, or another language."
                    ]
                    : null
            );

    private static string? Cut(QueryText query, IReadOnlyList<QueryToken> tokens, PageText text)
    {
        var read = tokens.Count(t => t.IsRead);
        return query.Cut ? text["The text is long: only its beginning counts, {0} of over {1} tokens.", read, tokens.Count]
            : read < tokens.Count ? text["The text is long: only its beginning counts, {0} of {1} tokens.", read, tokens.Count]
            : null;
    }

    private static string? Unlearned(CheckpointView checkpoint, string language, PageText text) =>
        checkpoint.Languages.Count == 0 || checkpoint.Languages.Contains(language) // a model card may not say
            ? null
            : text[
                "This checkpoint has not learned {0}: what it finds is little more than chance.",
                text[LanguageCatalog.Find(language)?.Name ?? language]
            ];
}
