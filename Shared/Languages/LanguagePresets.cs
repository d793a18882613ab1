namespace CllClip.Shared.Languages;

/// <summary>A choice of languages with a name.</summary>
/// <param name="Id">As it stands in addresses, for example <c>script-latin</c>; never a language's code.</param>
/// <param name="Kind">What the preset goes by, for example <c>Script</c>.</param>
/// <param name="Name">Name among those of its kind, for example <c>Latin</c>.</param>
/// <param name="Codes">Its languages in the paper's order.</param>
public sealed record LanguagePreset(string Id, string Kind, string Name, IReadOnlyList<string> Codes);

/// <summary>Presets of the 36 languages by script, family and resources. Scripts and families of a single language stand together as "others".</summary>
public static class LanguagePresets
{
    private const string Others = "others";

    /// <summary>All presets, kind by kind.</summary>
    public static IReadOnlyList<LanguagePreset> All { get; } =
    [
        new("tour", "Sequence", "Tour", [.. LanguageCatalog.PaperOrder.Where(LanguageCatalog.Tour.Contains)]),
        .. By("Script", l => l.Script),
        .. By("Family", l => l.LanguageFamily),
        Resources("high", "high (classes 4, 5)", 4, 5),
        Resources("middle", "middle (class 3)", 3, 3),
        Resources("low", "low (classes 0–2)", 0, 2),
    ];

    /// <summary>The preset of this id, or null.</summary>
    public static LanguagePreset? Find(string id) => All.FirstOrDefault(p => p.Id == id);

    /// <summary>The preset of exactly these languages, in any order, or null.</summary>
    public static LanguagePreset? Matching(IReadOnlyCollection<string> codes) =>
        All.FirstOrDefault(p => p.Codes.Count == codes.Count && p.Codes.All(codes.Contains));

    private static IEnumerable<LanguagePreset> By(string kind, Func<Language, string> property)
    {
        var groups = LanguageCatalog.All.GroupBy(property).ToList();
        return groups
            .Where(g => g.Count() > 1)
            .OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (Name: g.Key, Languages: g.AsEnumerable()))
            .Append((Name: Others, Languages: groups.Where(g => g.Count() == 1).SelectMany(g => g)))
            .Select(g => Preset($"{kind}-{g.Name}".ToLowerInvariant(), kind, g.Name, g.Languages));
    }

    private static LanguagePreset Resources(string id, string name, int from, int to) =>
        Preset($"resource-{id}", "Resources", name, LanguageCatalog.All.Where(l => from <= l.ResourceClass && l.ResourceClass <= to));

    private static LanguagePreset Preset(string id, string kind, string name, IEnumerable<Language> languages)
    {
        var codes = languages.Select(l => l.Code).ToHashSet(StringComparer.Ordinal);
        return new(id, kind, name, [.. LanguageCatalog.PaperOrder.Where(codes.Contains)]);
    }
}
