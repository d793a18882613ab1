using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using CllClip.Portal.Localization;
using CllClip.Shared.Languages;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Layout.Components;

/// <summary>
/// What stands in the cells of large tables, as markup: a component for each would be most of such a page's memory and of the time until it shows.
/// The components of the same names write the same.
/// </summary>
public static class CellMarkup
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Text and values of attributes, encoded.</summary>
    public static string Encode(string text) => Encoder.Encode(text);

    /// <summary>A percentage with one decimal, a dash for null; full precision in the tooltip.</summary>
    public static MarkupString Percent(double? value)
    {
        var full = value is { } v && double.IsFinite(v) ? $" title=\"{v.ToString("R", CultureInfo.InvariantCulture)} %\"" : "";
        return new($"<span class=\"num percent\"{full}>{Formats.Percent(value)}</span>");
    }

    /// <summary>A language by its own name in its own script, with <c>lang</c> and <c>dir</c>, and its code beside.</summary>
    /// <param name="text">The reader's language.</param>
    /// <param name="code">The language's code; may be one that nobody knows.</param>
    /// <param name="codeOnly">Shows the code alone; the name is in the tooltip.</param>
    /// <param name="english">Shows the name in the reader's language as well.</param>
    public static MarkupString LanguageName(PageText text, string code, bool codeOnly = false, bool english = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shown = Encode(code);
        var codeSpan = $"<span class=\"lang-code\" translate=\"no\">{shown}</span>";
        if (LanguageCatalog.Describe(code) is not { } language || language.Name == code)
        {
            return new($"<span class=\"lang-name\" translate=\"no\">{codeSpan}</span>");
        }
        var native = Encode(language.NativeName);
        var name = Encode(text[language.Name]);
        return new(
            $"<span class=\"lang-name\" translate=\"no\" title=\"{name} ({native})\">"
                + (codeOnly ? "" : $"<bdi lang=\"{Encode(language.Code)}\" dir=\"{language.Direction}\">{native}</bdi> ")
                + codeSpan
                + (english && language.Name != language.NativeName ? $"<span class=\"quiet small\" translate=\"yes\"> {name}</span>" : "")
                + "</span>"
        );
    }
}
