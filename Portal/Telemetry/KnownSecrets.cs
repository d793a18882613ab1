using System.Text.RegularExpressions;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Telemetry;

/// <summary>What the settings and the environment hold that nobody else may see.</summary>
internal static partial class KnownSecrets
{
    /// <summary>Values that stand under a name that tells of a secret. The environment is among the settings.</summary>
    public static IEnumerable<string> Of(IConfiguration settings) =>
        settings
            .AsEnumerable()
            .Where(s => s.Value is { Length: > 0 } && Telling().IsMatch(s.Key))
            .SelectMany(s => (string[])[s.Value!, .. Parts(s.Value!)]);

    /// <summary>Folders whose place is nobody's business, and what stands for each.</summary>
    public static IEnumerable<(string Path, string Name)> Folders(PortalFolders? folders)
    {
        if (folders is not null)
        {
            yield return (folders.DataRoot, "<data>");
            yield return (folders.ContentRoot, "<portal>");
            yield return (Path.GetDirectoryName(folders.Database) ?? "", "<database>");
        }
        yield return (Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory), "<program>");
        yield return (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "~");
    }

    /// <summary>Passwords within connection strings, values within lists of headers.</summary>
    private static IEnumerable<string> Parts(string value) =>
        value.Contains('=', StringComparison.Ordinal)
            ? value
                .Split(';', ',')
                .Select(p => p.Split('=', 2))
                .Where(p => p.Length == 2 && Telling().IsMatch(p[0]))
                .Select(p => p[1].Trim('"', '\'', ' '))
            : [];

    // PWD and OLDPWD are where a shell stands. A webhook's address may itself be its key, as Slack's are.
    [GeneratedRegex(
        "token(?!s:[0-9]+:(name|role)$)|secret|passw|pwd(?!$)|(?<!^(?:OLD)?)pwd|api_?key|private_?key|credential|authorization|cookie|headers|signature|ConnectionStrings:(?!Portal$)|Webhooks:[0-9]+:Url|_KEY$",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Telling();
}
