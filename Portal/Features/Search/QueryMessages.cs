using CllClip.Engine.Search;
using CllClip.Shared.Languages;
using CllClip.Shared.Search;

namespace CllClip.Portal.Features.Search;

/// <summary>What is said beside an answer that wants explaining.</summary>
internal static class QueryMessages
{
    /// <summary>The most important thing to say of a query; null where its results speak for themselves.</summary>
    /// <param name="text">The query.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="checkpoint">What was asked.</param>
    /// <param name="language">Language of the query.</param>
    /// <param name="best">Cosine of the best result; null where there is none.</param>
    /// <param name="chance">Chance level of checkpoint and gallery.</param>
    public static string? Of(
        QueryText text,
        IReadOnlyList<QueryToken> tokens,
        CheckpointView checkpoint,
        string language,
        double? best,
        double chance
    ) =>
        text.Text.Length == 0 ? "Type a word or a few: a thing, an animal, a food, a feeling."
        : best is null ? "There is nothing in this text that can be looked for. Try a word."
        : Cut(text, tokens)
            ?? Unlearned(checkpoint, language)
            ?? (
                best < chance
                    ? "Nothing here fits well: what is found is no closer than for a text without meaning. Try other words, or another language."
                    : null
            );

    private static string? Cut(QueryText text, IReadOnlyList<QueryToken> tokens)
    {
        var read = tokens.Count(t => t.IsRead);
        return text.Cut || read < tokens.Count
            ? $"The text is long: only its beginning counts, {read} of {(text.Cut ? "over " : "")}{tokens.Count} tokens."
            : null;
    }

    private static string? Unlearned(CheckpointView checkpoint, string language) =>
        checkpoint.Languages.Contains(language)
            ? null
            : $"This checkpoint has not learned {LanguageCatalog.Find(language)?.Name ?? language}: what it finds is little more than chance.";
}
