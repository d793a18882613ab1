using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace CllClip.Portal.Jobs;

/// <summary>Ids of runs: short, opaque, unlike each other on all machines, safe as the name of a folder and in an address.</summary>
public static partial class RunIds
{
    private const string Letters = "23456789abcdefghjkmnpqrstuvwxyz"; // none that are taken for one another

    public static string New() => RandomNumberGenerator.GetString(Letters, 10);

    /// <summary>Whether a text from outside can be a run's id.</summary>
    public static bool IsWellFormed(string? id) => id is not null && Form().IsMatch(id);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
