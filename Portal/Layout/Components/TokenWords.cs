using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using CllClip.Shared.Search;

namespace CllClip.Portal.Layout.Components;

/// <summary>How pages speak of tokens.</summary>
public static class TokenWords
{
    /// <summary>The kind as a style and key: <c>shared</c>, <c>unique</c>, <c>unseen</c>, <c>plain</c> where nothing is stored, <c>unknown</c> where there is no token.</summary>
    public static string Kind(QueryToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.IsUnknown
            ? "unknown"
            : token.Use switch
            {
                TokenUse.Shared => "shared",
                TokenUse.Unique => "unique",
                TokenUse.Unseen => "unseen",
                _ => "plain",
            };
    }

    /// <summary>A kind in words.</summary>
    public static string KindName(string kind, PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return kind switch
        {
            "shared" => text["shared by languages"],
            "unique" => text["one language’s own"],
            "unseen" => text["never trained"],
            "unknown" => text["not in the vocabulary"],
            _ => text["base vocabulary"],
        };
    }

    /// <summary>A token's kind in words, with its language where it is one's own.</summary>
    public static string Name(QueryToken token, PageText text)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(text);
        var name = token switch
        {
            { Use: TokenUse.Shared, IsUnknown: false } => text.Count(
                "shared by {0} language",
                "shared by {0} languages",
                token.LanguageCount ?? 0
            ),
            { Use: TokenUse.Unique, IsUnknown: false, Languages: [var only] } => text[
                "only in {0}",
                text[LanguageCatalog.Describe(only).Name]
            ],
            _ => KindName(Kind(token), text),
        };
        name = token.IsBytes ? text["bytes, {0}", name] : name;
        return token.IsRead ? name : text["{0}, not read", name];
    }

    /// <summary>In whose captions it occurred; the languages follow.</summary>
    public static string Captions(QueryToken token, PageText text)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(text);
        return token.LanguageCount switch
        {
            null => text["not stored for this checkpoint"],
            0 => text["in none: its row was never trained"],
            1 => token.Languages.Count == 1 ? text["of one language alone:"] : text["of one language alone"],
            var count when token.Languages.Count == count => text.Count(
                "shared, of {0} language:",
                "shared, of {0} languages:",
                count.Value
            ),
            var count when token.Languages.Count == 0 => text.Count("shared, of {0} language", "shared, of {0} languages", count.Value),
            var count => text.Count("shared, of {0} language, among them", "shared, of {0} languages, among them", count.Value),
        };
    }

    /// <summary>TEIR's scale with its counter.</summary>
    public static string Scale(QueryToken token, PageText text)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(text);
        return token switch
        {
            { TeirScale: { } scale, TeirCount: { } count } => text["{0} (counter {1})", Formats.Fixed(scale, 3), count],
            { TeirCount: { } count } => text["none: this run does not scale by TEIR (counter {0})", count],
            _ => text["not stored for this checkpoint"],
        };
    }
}
