using CllClip.Portal.Localization;
using MudBlazor;

namespace CllClip.Portal.Features.Runs;

/// <summary>What many runs answered to one press.</summary>
internal static class Refusals
{
    private const int MostShown = 3;

    /// <summary>Shows why some of many runs could not be changed, without filling the screen.</summary>
    public static void AddRefusals(this ISnackbar snackbar, IReadOnlyList<string> refusals, PageText text)
    {
        ArgumentNullException.ThrowIfNull(snackbar);
        ArgumentNullException.ThrowIfNull(text);
        foreach (var refusal in refusals.Take(MostShown))
        {
            snackbar.Add(refusal, Severity.Warning);
        }
        if (refusals.Count > MostShown)
        {
            snackbar.Add(
                text.Count("And {0} more for such reasons.", "And {0} more for such reasons.", refusals.Count - MostShown),
                Severity.Warning
            );
        }
    }
}
