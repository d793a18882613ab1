using Microsoft.Extensions.Localization;
using MudBlazor;

namespace CllClip.Portal.Localization;

/// <summary>The words that MudBlazor's own components show (close buttons, pagers), by the library's keys.</summary>
internal sealed class ComponentLocalizer(PageText text) : MudLocalizer
{
    public override LocalizedString this[string key]
    {
        get
        {
            var translated = text[key];
            return new(key, translated, resourceNotFound: translated == key || text.Language == PageLanguage.Pseudo);
        }
    }
}
