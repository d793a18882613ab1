using Microsoft.AspNetCore.Components.Rendering;
using MudBlazor;

namespace CllClip.Portal.Layout;

/// <summary>
/// Writes the dark palette under <c>html[data-theme=dark]</c>, beside the light one under <c>:root</c>: which of the two holds is decided in the
/// browser before the first paint (js/theme.js), so that a page never flashes and the switch needs no circuit.
/// </summary>
public sealed class DarkThemeStyle : MudThemeProvider
{
    protected override void BuildRenderTree(RenderTreeBuilder __builder)
    {
        ArgumentNullException.ThrowIfNull(__builder);
        var css = BuildTheme().Replace(":root", "html[data-theme=\"dark\"]", StringComparison.Ordinal);
        __builder.AddMarkupContent(0, css.Contains("<style", StringComparison.Ordinal) ? css : $"<style>{css}</style>");
    }
}
