using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Xml.Linq;

namespace CllClip.Portal.Localization;

/// <summary>
/// The translations of the pages' text: every <c>Text.&lt;language&gt;.resx</c> of the portal, whichever folder it lies in, as one dictionary per language.
/// The key is the English text itself, so that code and pages are read as what they say and a text without a translation is shown in English.
/// </summary>
public sealed class PageTextCatalog
{
    private static readonly FrozenDictionary<string, string> None = FrozenDictionary<string, string>.Empty;
    private readonly ConcurrentDictionary<string, FrozenDictionary<string, string>> _byLanguage = new(StringComparer.Ordinal);

    /// <summary>The translations into a language by their English text; none for English.</summary>
    public IReadOnlyDictionary<string, string> Of(PageLanguage language) =>
        language == PageLanguage.English || language == PageLanguage.Pseudo ? None : _byLanguage.GetOrAdd(language.Code, Read);

    private static FrozenDictionary<string, string> Read(string code)
    {
        var assembly = typeof(PageTextCatalog).Assembly;
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (
            var name in assembly
                .GetManifestResourceNames()
                .Where(n => n.StartsWith("text/", StringComparison.Ordinal) && n.EndsWith($"Text.{code}.resx", StringComparison.Ordinal))
        )
        {
            using var file = assembly.GetManifestResourceStream(name)!;
            foreach (var entry in XDocument.Load(file).Root!.Elements("data"))
            {
                texts[(string)entry.Attribute("name")!] = (string)entry.Element("value")!;
            }
        }
        return texts.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
