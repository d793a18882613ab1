namespace CllClip.Portal.Features.Runs;

/// <summary>Addresses of the list of runs.</summary>
internal static class RunsLink
{
    /// <summary>Runs that have a tag.</summary>
    public static string OfTag(string tag) => $"/runs?tag={Uri.EscapeDataString(tag)}";
}

/// <summary>A press on a run's box.</summary>
/// <param name="Id">The run.</param>
/// <param name="Range">Whether all from the last one pressed up to this one are meant.</param>
public readonly record struct RunChoice(string Id, bool Range);
