using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Localization;

/// <summary>
/// The pages' text in the reader's language. Every component has one as <c>L</c>: <c>@L["Launch"]</c>, <c>@L["stage {0} of {1}", 3, 6]</c>.
/// It keeps the language it was made with, so that news of a run, which come from a thread without a language, are told in the reader's.
/// </summary>
/// <remarks>Numbers are formatted by the caller or invariantly: figures look the same in every language, as in the papers they are compared with.</remarks>
public sealed class PageText(PageTextCatalog catalog)
{
    private const char FirstStrongIsolate = '\u2068';
    private const char RightToLeftIsolate = '\u2067';
    private const char PopIsolate = '\u2069';
    private IReadOnlyDictionary<string, string>? _texts;

    /// <summary>English, for what no page shows: exports, the API, the command line.</summary>
    public static PageText English { get; } = new(new PageTextCatalog()) { Language = PageLanguage.English };

    /// <summary>The reader's language: the request's, which a circuit begins with.</summary>
    public PageLanguage Language { get; init; } = PageLanguage.Of(CultureInfo.CurrentUICulture.Name);

    /// <summary>A text in the reader's language.</summary>
    public string this[string english] => Bracket(Translation(english));

    /// <summary>A text with values in the places <c>{0}</c>, <c>{1}</c>; a value's direction does not turn the words around it.</summary>
    public string this[[StringSyntax(StringSyntaxAttribute.CompositeFormat)] string english, params ReadOnlySpan<object?> values] =>
        Bracket(Fill(Translation(english), Isolated(values)));

    /// <summary>A text about a number of things, which is <c>{0}</c> in it.</summary>
    /// <param name="one">English for one, such as <c>{0} run</c>.</param>
    /// <param name="many">English for any other number; the key of the translation, which holds the forms of <see cref="PluralForms"/> separated by <c>|</c>.</param>
    /// <param name="number">The number that decides the form.</param>
    /// <param name="others">Values for <c>{1}</c> and so on.</param>
    public string Count(string one, string many, long number, params ReadOnlySpan<object?> others)
    {
        var form = number is 1 or -1 ? one : many;
        if (Texts.TryGetValue(many, out var translated) && translated.Split('|') is { } forms)
        {
            form = forms[Math.Min(PluralForms.Index(Language.Code, number), forms.Length - 1)];
        }
        return Bracket(Fill(form, [Layout.Components.Formats.Count(number), .. Isolated(others)]));
    }

    /// <summary>A sentence with links and emphasis in it, which a translation may put elsewhere in the sentence. Values are encoded; the text itself is trusted, as code is.</summary>
    public MarkupString Html([StringSyntax(StringSyntaxAttribute.CompositeFormat)] string english, params ReadOnlySpan<object?> values)
    {
        var encoded = Isolated(values);
        for (var i = 0; i < encoded.Length; i++)
        {
            encoded[i] = HtmlEncoder.Default.Encode(Convert.ToString(encoded[i], CultureInfo.InvariantCulture) ?? "");
        }
        var translated = Translation(english);
        var html = Bracket(values.IsEmpty ? translated : Fill(translated, encoded));
        // The brackets are far from the words in the elements between; the mark says of all of them where they come from.
        return new(Language == PageLanguage.Pseudo ? $"<span lang=\"{Language.Code}\">{html}</span>" : html);
    }

    /// <summary>The text itself: marks a text that is looked up elsewhere, in a static table say, as one to translate.</summary>
    public static string Key(string english) => english;

    private IReadOnlyDictionary<string, string> Texts => _texts ??= catalog.Of(Language);

    private string Translation(string english) => Texts.GetValueOrDefault(english, english);

    private object?[] Isolated(ReadOnlySpan<object?> values)
    {
        var isolated = values.ToArray();
        if (Language.RightToLeft)
        {
            for (var i = 0; i < isolated.Length; i++)
            {
                isolated[i] = isolated[i] is string text ? $"{Isolate(text)}{text}{PopIsolate}" : isolated[i];
            }
        }
        return isolated;
    }

    // A text with values in it is one of the page's, whatever its first letter: the letters of values do not count for its direction.
    private static char Isolate(string text) =>
        text.Contains(FirstStrongIsolate, StringComparison.Ordinal) || text.Contains(RightToLeftIsolate, StringComparison.Ordinal)
            ? RightToLeftIsolate
            : FirstStrongIsolate;

    private string Bracket(string text) => Language == PageLanguage.Pseudo ? $"⟦{text}⟧" : text;

    private static string Fill(string format, object?[] values) => string.Format(CultureInfo.InvariantCulture, format, values);
}
