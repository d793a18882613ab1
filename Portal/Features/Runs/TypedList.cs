namespace CllClip.Portal.Features.Runs;

/// <summary>Lists as people type them into one field.</summary>
internal static class TypedList
{
    /// <summary>What separates entries: the comma of whatever keyboard is at hand, Arabic and Chinese ones too.</summary>
    public static readonly char[] Commas = [',', '،', '，', '、'];

    /// <summary>The entries, trimmed, without empty ones.</summary>
    public static string[] Of(string text) => text.Split(Commas, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
