using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;

namespace CllClip.Portal.Layout;

/// <summary>A link of the menu that is lit on the pages of its section, also where their addresses begin otherwise.</summary>
public sealed class SectionLink : NavLink
{
    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    /// <summary>First parts of the other addresses: <c>/sweeps</c> belongs to the runs.</summary>
    [Parameter]
    public IReadOnlyList<string> Also { get; set; } = [];

    /// <inheritdoc />
    protected override bool ShouldMatch(string uriAbsolute) =>
        base.ShouldMatch(uriAbsolute)
        || Also.Any(a =>
            Navigation.ToAbsoluteUri(a).AbsoluteUri is var section
            && uriAbsolute.StartsWith(section, StringComparison.OrdinalIgnoreCase)
            && (uriAbsolute.Length == section.Length || uriAbsolute[section.Length] is '/' or '?' or '#')
        );
}
