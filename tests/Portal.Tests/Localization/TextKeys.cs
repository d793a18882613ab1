using System.Text.Json;
using System.Text.RegularExpressions;
using CllClip.Engine.Data.Corpora;
using CllClip.Engine.Methods;
using CllClip.Shared.Languages;

namespace CllClip.Portal.Tests.Localization;

/// <summary>The texts that the portal's source asks to be translated, by the folder that asks.</summary>
internal static partial class TextKeys
{
    /// <summary>Every text with the folder of the files that hold it, relative to <c>Portal/</c>.</summary>
    public static IReadOnlyList<TextKey> InSource(string portal)
    {
        var files = new[] { "*.razor", "*.cs" }
            .SelectMany(pattern => Directory.EnumerateFiles(portal, pattern, SearchOption.AllDirectories))
            .Where(f => !Generated().IsMatch(f))
            .Order(StringComparer.Ordinal);
        var keys =
            from file in files
            let folder = Path.GetRelativePath(portal, Path.GetDirectoryName(file)!).Replace('\\', '/')
            from Match match in Asked().Matches(File.ReadAllText(file))
            let texts = match.Groups["text"].Captures.Select(c => Unescape(c.Value)).ToArray()
            let counted = match.Groups["count"].Success
            select new TextKey(counted ? texts[^1] : texts[0], folder, match.Groups["html"].Success, counted);
        return [.. keys, .. FromCatalogs()];
    }

    /// <summary>What the pages look up by value: names of languages, what methods say of themselves, layouts of data sets.</summary>
    private static IEnumerable<TextKey> FromCatalogs()
    {
        var languages = LanguageCatalog.All.Select(l => l.Name);
        var methods = MethodCatalog.All.SelectMany(m =>
            m.Options.SelectMany(o => new[] { o.Label, o.Group, o.Help, o.Unit }.OfType<string>()).Append(m.Summary).Append(m.Family)
        );
        var layouts = CorpusLayouts.All.SelectMany(l => new[] { l.Name, l.Files });
        return languages.Concat(methods).Concat(layouts).Distinct().Select(text => new TextKey(text, CatalogFolder, false, false));
    }

    /// <summary>Where the translations of the catalogues' texts lie.</summary>
    public const string CatalogFolder = "Localization";

    private static string Unescape(string literal) => JsonSerializer.Deserialize<string>($"\"{literal}\"")!;

    [GeneratedRegex("""[/\\](obj|bin|Migrations)[/\\]""")]
    private static partial Regex Generated();

    // L["…"], text["…"], L.Html("…"), L.Count("…", "…", n), PageText.Key("…"): the first argument is always a plain literal.
    [GeneratedRegex(
        """"
            (?<![\w.])(?:this\.)?(?:L|text|_text|Text)(?:\[\s*|(?<html>\.Html)\(\s*|(?<count>\.Count)\(\s*"(?<text>(?:[^"\\]|\\.)*)",\s*)"(?<text>(?:[^"\\]|\\.)*)"|PageText\.Key\(\s*"(?<text>(?:[^"\\]|\\.)*)"
            """"
    )]
    private static partial Regex Asked();
}

/// <summary>A text to be translated.</summary>
/// <param name="English">The English text, which is the key.</param>
/// <param name="Folder">Folder under <c>Portal/</c> that asks for it.</param>
/// <param name="Html">Whether it holds markup.</param>
/// <param name="Counted">Whether its translation holds a form for each kind of number.</param>
internal sealed record TextKey(string English, string Folder, bool Html, bool Counted);
