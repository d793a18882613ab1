using CllClip.Portal.Localization;
using CllClip.Shared.Languages;

namespace CllClip.Portal.Features.Leaderboard;

/// <summary>The presets of languages as pages call them. A script or family that is called like one of the languages has that language's translation.</summary>
public static class PresetNames
{
    /// <summary>What <see cref="LanguagePresets"/> says, marked as text to translate.</summary>
    internal static IReadOnlyList<string> Texts { get; } =
    [
        PageText.Key("Sequence"),
        PageText.Key("Script"),
        PageText.Key("Family"),
        PageText.Key("Resources"),
        PageText.Key("Tour"),
        PageText.Key("Latin"),
        PageText.Key("Cyrillic"),
        PageText.Key("Indo-European"),
        PageText.Key("Uralic"),
        PageText.Key("Austronesian"),
        PageText.Key("Afro-Asiatic"),
        PageText.Key("others"),
        PageText.Key("high (classes 4, 5)"),
        PageText.Key("middle (class 3)"),
        PageText.Key("low (classes 0–2)"),
    ];

    /// <summary>What the preset goes by.</summary>
    public static string Kind(LanguagePreset preset, PageText text)
    {
        ArgumentNullException.ThrowIfNull(preset);
        ArgumentNullException.ThrowIfNull(text);
        return text[preset.Kind];
    }

    /// <summary>Its name among those of its kind.</summary>
    public static string Name(LanguagePreset preset, PageText text)
    {
        ArgumentNullException.ThrowIfNull(preset);
        ArgumentNullException.ThrowIfNull(text);
        return text[preset.Name];
    }
}
