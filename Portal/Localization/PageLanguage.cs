namespace CllClip.Portal.Localization;

/// <summary>A language that the pages' own text can be read in (not one of those that a model learns).</summary>
/// <param name="Code">BCP 47 tag: <c>html lang</c>, the middle of the resource files' names, and what the cookie holds.</param>
/// <param name="NativeName">Its name in itself.</param>
/// <param name="RightToLeft">Whether pages run from right to left.</param>
public sealed record PageLanguage(string Code, string NativeName, bool RightToLeft = false)
{
    /// <summary>English: what the code is written in, and what is shown where a translation is missing.</summary>
    public static PageLanguage English { get; } = new("en", "English");

    /// <summary>English in brackets, and from right to left; offered only where <c>CllClip:PseudoLanguage</c> is set. Text without brackets is text that nobody can translate.</summary>
    public static PageLanguage Pseudo { get; } = new("en-XB", "[Pseudo]", RightToLeft: true);

    /// <summary>The languages offered to people, English first.</summary>
    public static IReadOnlyList<PageLanguage> All { get; } = [English, new("ar", "العربية", RightToLeft: true), new("zh", "简体中文")];

    /// <summary><c>ltr</c> or <c>rtl</c>.</summary>
    public string Direction => RightToLeft ? "rtl" : "ltr";

    /// <summary>The language of a tag, or of the tag's first part (<c>zh-Hans-CN</c> is <c>zh</c>); English where there is none.</summary>
    public static PageLanguage Of(string tag) =>
        tag == Pseudo.Code
            ? Pseudo
            : All.FirstOrDefault(l => tag == l.Code || tag.StartsWith(l.Code + "-", StringComparison.Ordinal)) ?? English;
}
