namespace CllClip.Shared.Languages;

/// <summary>One of the 36 languages of Crossmodal-3600 (XM3600).</summary>
/// <param name="Code">The paper's code, for example <c>de</c>, <c>quz</c>; a valid BCP 47 tag for the HTML attribute <c>lang</c>.</param>
/// <param name="Name">English name.</param>
/// <param name="NativeName">The language's own name, in its own script.</param>
/// <param name="Script">English name of the script, for example <c>Latin</c>.</param>
/// <param name="Direction">Writing direction for the HTML attribute <c>dir</c>: <c>ltr</c> or <c>rtl</c>.</param>
/// <param name="LanguageFamily">Genealogical family, for presets that choose languages by family.</param>
/// <param name="ResourceClass">
/// Class of resources, from 0 (no data to speak of) to 5 (rich in all kinds), of Joshi et al. 2020, "The State and Fate of Linguistic Diversity and Inclusion in the
/// NLP World" (list <c>lang2tax</c> of the paper, where Filipino stands as Tagalog, Chinese as Mandarin, Cusco Quechua as Quechua); null where it does not say.
/// </param>
public sealed record Language(
    string Code,
    string Name,
    string NativeName,
    string Script,
    string Direction,
    string LanguageFamily,
    int? ResourceClass = null
);
