using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CllClip.Portal.Localization;
using Xunit;

namespace CllClip.Portal.Tests.Localization;

/// <summary>
/// Holds the translations against the source. To see what is missing:
/// <c>CLLCLIP_MISSING_TEXT=folder dotnet run --project tests/Portal.Tests -- --filter-class "*TranslationTests"</c> writes a JSON file per folder and language.
/// </summary>
public sealed partial class TranslationTests
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
    private static readonly string Portal = Path.Combine(PreparedData.Root, "Portal");
    private static readonly IReadOnlyList<TextKey> Keys = TextKeys.InSource(Portal);

    public static TheoryData<string> Translated => [.. PageLanguage.All.Where(l => l != PageLanguage.English).Select(l => l.Code)];

    [Theory]
    [MemberData(nameof(Translated))]
    public void Every_text_is_translated(string code)
    {
        var there = Entries(code).Select(e => e.English).ToHashSet(StringComparer.Ordinal);
        var missing = Keys.Where(k => !there.Contains(k.English)).DistinctBy(k => k.English).ToLookup(k => k.Folder);
        if (Environment.GetEnvironmentVariable("CLLCLIP_MISSING_TEXT") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            foreach (var group in missing)
            {
                File.WriteAllText(
                    Path.Combine(folder, $"{group.Key.Replace('/', '.')}.{code}.json"),
                    JsonSerializer.Serialize(group.ToDictionary(k => k.English, _ => ""), Readable)
                );
            }
        }
        Assert.True(
            missing.Count == 0,
            $"{missing.Sum(g => g.Count())} texts lack {code}: "
                + string.Join("\n", missing.SelectMany(g => g.Select(k => $"{g.Key}: {k.English}")).Take(40))
        );
    }

    [Theory]
    [MemberData(nameof(Translated))]
    public void No_translation_is_left_over_or_told_in_two_ways(string code)
    {
        var asked = Keys.Select(k => k.English).Concat(MudKeys(code)).ToHashSet(StringComparer.Ordinal);
        var entries = Entries(code);
        Assert.Equal([], entries.Where(e => !asked.Contains(e.English)).Select(e => $"{e.File}: {e.English}"));
        Assert.Equal(
            [],
            entries
                .GroupBy(e => e.English)
                .Where(g => g.DistinctBy(e => e.Text).Count() > 1)
                .Select(g => $"{g.Key}: {string.Join(" | ", g.Select(e => e.File))}")
        );
    }

    [Theory]
    [MemberData(nameof(Translated))]
    public void A_translation_has_the_values_the_markup_and_the_forms_of_its_text(string code)
    {
        var counted = Keys.Where(k => k.Counted).Select(k => k.English).ToHashSet(StringComparer.Ordinal);
        var wrong = new List<string>();
        foreach (var (file, english, text) in Entries(code))
        {
            var forms = counted.Contains(english) ? text.Split('|') : [text];
            if (counted.Contains(english) && forms.Length != PluralForms.Count(code))
            {
                wrong.Add($"{file}: {english}: {forms.Length} forms instead of {PluralForms.Count(code)}");
            }
            // "One run" may be said without its number; every other value must stand in every form.
            bool IsOwed(string value) => !(counted.Contains(english) && value == "{0}");
            if (
                text.Trim().Length == 0
                || forms.Any(f => !Values(f).Where(IsOwed).SequenceEqual(Values(english).Where(IsOwed)))
                || forms.Any(f => Values(f).Except(Values(english)).Any())
                || !Tags(text).SequenceEqual(Tags(english))
            )
            {
                wrong.Add($"{file}: {english} -> {text}");
            }
        }
        Assert.Equal([], wrong);
    }

    [Theory]
    [MemberData(nameof(Translated))]
    public void The_portal_finds_what_its_files_hold(string code)
    {
        var catalog = new PageTextCatalog().Of(PageLanguage.Of(code));
        Assert.NotEmpty(catalog);
        Assert.All(Entries(code), e => Assert.Equal(e.Text, catalog[e.English]));
    }

    private static IEnumerable<string> MudKeys(string code) =>
        Entries(code)
            .Select(e => e.English)
            .Where(k => k.StartsWith("Mud", StringComparison.Ordinal) && k.Contains('_', StringComparison.Ordinal));

    private static List<(string File, string English, string Text)> Entries(string code) =>
        [
            .. from file in Directory.EnumerateFiles(Portal, $"Text.{code}.resx", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            from data in XDocument.Load(file).Root!.Elements("data")
            select (Path.GetRelativePath(Portal, file), (string)data.Attribute("name")!, (string)data.Element("value")!),
        ];

    private static IEnumerable<string> Values(string text) =>
        Value().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<string> Tags(string text) => Tag().Matches(text).Select(m => m.Value).Order(StringComparer.Ordinal);

    [GeneratedRegex("""\{\d+\}""")]
    private static partial Regex Value();

    [GeneratedRegex("""</?[a-z][^>]*>""")]
    private static partial Regex Tag();
}
