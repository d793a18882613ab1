namespace CllClip.Engine.Data.Emoji36;

/// <summary>One source of Emoji36 with the credit that its licence asks for.</summary>
/// <param name="Name">Name shown.</param>
/// <param name="Package">npm package.</param>
/// <param name="Version">Version the data set is made from.</param>
/// <param name="Author">Who made it.</param>
/// <param name="Licence">SPDX identifier of the licence.</param>
/// <param name="Url">Home page.</param>
public sealed record Emoji36Source(string Name, string Package, string Version, string Author, string Licence, string Url)
{
    /// <summary>The four artists, in the order of their groups 0 to 3.</summary>
    public static IReadOnlyList<Emoji36Source> Artists { get; } =
    [
        new("Noto", "@iconify-json/noto", "1.2.9", "Google", "Apache-2.0", "https://github.com/googlefonts/noto-emoji"),
        new("Twemoji", "@iconify-json/twemoji", "1.2.5", "Twitter and jdecked", "CC-BY-4.0", "https://github.com/jdecked/twemoji"),
        new(
            "OpenMoji",
            "@iconify-json/openmoji",
            "1.2.29",
            "The OpenMoji project (HfG Schwäbisch Gmünd)",
            "CC-BY-SA-4.0",
            "https://openmoji.org"
        ),
        new(
            "Fluent 3D",
            "@lobehub/fluent-emoji-3d",
            "1.1.0",
            "Microsoft, packaged by LobeHub",
            "MIT",
            "https://github.com/microsoft/fluentui-emoji"
        ),
    ];

    /// <summary>SPDX expression over all of them.</summary>
    public static string Licences =>
        string.Join(" AND ", Artists.Concat(Texts).Select(s => s.Licence).Distinct().Order(StringComparer.Ordinal));

    /// <summary>The sources of names and keywords.</summary>
    public static IReadOnlyList<Emoji36Source> Texts { get; } =
    [
        new("CLDR annotations", "cldr-annotations-full", "48.2.0", "Unicode, Inc.", "Unicode-3.0", "https://cldr.unicode.org"),
        new(
            "CLDR derived annotations",
            "cldr-annotations-derived-full",
            "48.2.0",
            "Unicode, Inc.",
            "Unicode-3.0",
            "https://cldr.unicode.org"
        ),
    ];
}
