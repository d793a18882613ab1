using System.Collections.Frozen;
using System.Globalization;

namespace CllClip.Shared.Languages;

/// <summary>The 36 languages of XM3600, the paper's order and the presets built on them.</summary>
public static class LanguageCatalog
{
    /// <summary>All 36 languages, by code.</summary>
    public static IReadOnlyList<Language> All { get; } =
    [
        new("ar", "Arabic", "العربية", "Arabic", "rtl", "Afro-Asiatic", 5),
        new("bn", "Bengali", "বাংলা", "Bengali", "ltr", "Indo-European", 3),
        new("cs", "Czech", "Čeština", "Latin", "ltr", "Indo-European", 4),
        new("da", "Danish", "Dansk", "Latin", "ltr", "Indo-European", 3),
        new("de", "German", "Deutsch", "Latin", "ltr", "Indo-European", 5),
        new("el", "Greek", "Ελληνικά", "Greek", "ltr", "Indo-European", 3),
        new("en", "English", "English", "Latin", "ltr", "Indo-European", 5),
        new("es", "Spanish", "Español", "Latin", "ltr", "Indo-European", 5),
        new("fa", "Persian", "فارسی", "Arabic", "rtl", "Indo-European", 4),
        new("fi", "Finnish", "Suomi", "Latin", "ltr", "Uralic", 4),
        new("fil", "Filipino", "Filipino", "Latin", "ltr", "Austronesian", 3),
        new("fr", "French", "Français", "Latin", "ltr", "Indo-European", 5),
        new("he", "Hebrew", "עברית", "Hebrew", "rtl", "Afro-Asiatic", 3),
        new("hi", "Hindi", "हिन्दी", "Devanagari", "ltr", "Indo-European", 4),
        new("hr", "Croatian", "Hrvatski", "Latin", "ltr", "Indo-European", 4),
        new("hu", "Hungarian", "Magyar", "Latin", "ltr", "Uralic", 4),
        new("id", "Indonesian", "Bahasa Indonesia", "Latin", "ltr", "Austronesian", 3),
        new("it", "Italian", "Italiano", "Latin", "ltr", "Indo-European", 4),
        new("ja", "Japanese", "日本語", "Japanese", "ltr", "Japonic", 5),
        new("ko", "Korean", "한국어", "Hangul", "ltr", "Koreanic", 4),
        new("mi", "Māori", "Te Reo Māori", "Latin", "ltr", "Austronesian", 1),
        new("nl", "Dutch", "Nederlands", "Latin", "ltr", "Indo-European", 4),
        new("no", "Norwegian", "Norsk", "Latin", "ltr", "Indo-European", 1),
        new("pl", "Polish", "Polski", "Latin", "ltr", "Indo-European", 4),
        new("pt", "Portuguese", "Português", "Latin", "ltr", "Indo-European", 4),
        new("quz", "Cusco Quechua", "Runasimi", "Latin", "ltr", "Quechuan", 1),
        new("ro", "Romanian", "Română", "Latin", "ltr", "Indo-European", 3),
        new("ru", "Russian", "Русский", "Cyrillic", "ltr", "Indo-European", 4),
        new("sv", "Swedish", "Svenska", "Latin", "ltr", "Indo-European", 4),
        new("sw", "Swahili", "Kiswahili", "Latin", "ltr", "Niger-Congo", 2),
        new("te", "Telugu", "తెలుగు", "Telugu", "ltr", "Dravidian", 1),
        new("th", "Thai", "ไทย", "Thai", "ltr", "Kra-Dai", 3),
        new("tr", "Turkish", "Türkçe", "Latin", "ltr", "Turkic", 4),
        new("uk", "Ukrainian", "Українська", "Cyrillic", "ltr", "Indo-European", 3),
        new("vi", "Vietnamese", "Tiếng Việt", "Latin", "ltr", "Austroasiatic", 4),
        new("zh", "Chinese", "中文", "Han", "ltr", "Sino-Tibetan", 5),
    ];

    /// <summary>The paper's order of tasks ("order222"), English first.</summary>
    public static IReadOnlyList<string> PaperOrder { get; } =
        "en it de fil tr uk nl bn he fi sv quz fa mi fr el zh id sw no hi da te th pt ru ro pl hr es vi ar cs ko ja hu".Split(' ');

    /// <summary>The short sequence that the launch form opens with.</summary>
    public static IReadOnlyList<string> Tour { get; } = ["en", "de", "ja", "hi", "ar", "fi"];

    private static readonly FrozenDictionary<string, Language> ByCode = All.ToFrozenDictionary(l => l.Code, StringComparer.Ordinal);

    /// <summary>The language with this code; one outside the 36 is described by its BCP 47 tag, as far as the system knows it.</summary>
    public static Language Describe(string code)
    {
        if (Find(code) is { } known)
        {
            return known;
        }
        try
        {
            var culture = CultureInfo.GetCultureInfo(code, predefinedOnly: true);
            return new Language(code, culture.EnglishName, culture.NativeName, "", culture.TextInfo.IsRightToLeft ? "rtl" : "ltr", "");
        }
        catch (CultureNotFoundException)
        {
            return new Language(code, code, code, "", "auto", "");
        }
    }

    /// <summary>The language with this code, or null.</summary>
    public static Language? Find(string code) => ByCode.GetValueOrDefault(code);
}
