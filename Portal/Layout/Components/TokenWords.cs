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
    public static string KindName(string kind) =>
        kind switch
        {
            "shared" => "shared by languages",
            "unique" => "one language’s own",
            "unseen" => "never trained",
            "unknown" => "not in the vocabulary",
            _ => "base vocabulary",
        };

    /// <summary>A token's kind in words, with its language where it is one's own.</summary>
    public static string Name(QueryToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var name = token switch
        {
            { Use: TokenUse.Shared, IsUnknown: false } => $"shared by {token.LanguageCount} languages",
            { Use: TokenUse.Unique, IsUnknown: false, Languages: [var only] } => $"only in {LanguageCatalog.Describe(only).Name}",
            _ => KindName(Kind(token)),
        };
        return (token.IsBytes ? "bytes, " : "") + name + (token.IsRead ? "" : ", not read");
    }

    /// <summary>In whose captions it occurred; the languages follow.</summary>
    public static string Captions(QueryToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.LanguageCount switch
        {
            null => "not stored for this checkpoint",
            0 => "in none: its row was never trained",
            1 => token.Languages.Count == 1 ? "of one language alone: " : "of one language alone",
            var count when token.Languages.Count == count => $"shared, of {count} languages: ",
            var count when token.Languages.Count == 0 => $"shared, of {count} languages",
            var count => $"shared, of {count} languages, among them ",
        };
    }

    /// <summary>TEIR's scale with its counter.</summary>
    public static string Scale(QueryToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token switch
        {
            { TeirScale: { } scale, TeirCount: { } count } => $"{Formats.Fixed(scale, 3)} (counter {count})",
            { TeirCount: { } count } => $"none: this run does not scale by TEIR (counter {count})",
            _ => "not stored for this checkpoint",
        };
    }
}
