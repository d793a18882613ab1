using System.Text.Encodings.Web;
using System.Text.RegularExpressions;

namespace CllClip.Portal.Telemetry;

/// <summary>
/// Takes secrets and people's folders out of texts: the values that are known to be secret, whatever looks like one, and paths, of which the portal's own keep their
/// end (<c>&lt;data&gt;/portal.db</c>).
/// </summary>
internal sealed partial class Scrubber
{
    public const string Struck = "***";

    /// <summary>A shorter secret cannot be told from a word, and is not looked for.</summary>
    private const int ShortestSecret = 4;

    private readonly string[] _secrets;
    private readonly (string Path, string Name)[] _folders;

    /// <param name="secrets">Values that must not be seen.</param>
    /// <param name="folders">Folders, and what stands for each.</param>
    public Scrubber(IEnumerable<string?> secrets, IEnumerable<(string Path, string Name)> folders)
    {
        _secrets =
        [
            .. secrets
                .Select(s => s?.Trim() ?? "")
                .Where(s => s.Length >= ShortestSecret)
                .SelectMany(Spellings)
                .Distinct(StringComparer.Ordinal)
                .OrderByDescending(s => s.Length),
        ];
        _folders = [.. folders.Where(f => f.Path.Length > 1).OrderByDescending(f => f.Path.Length)];
    }

    /// <summary>The text without them.</summary>
    public string Clean(string text)
    {
        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, Struck, StringComparison.OrdinalIgnoreCase);
        }
        foreach (var (path, name) in _folders)
        {
            text = text.Replace(path, name, StringComparison.Ordinal);
        }
        return CleanPatterns(text);
    }

    /// <summary>The text without what looks like a secret or somebody's folder.</summary>
    public static string CleanPatterns(string text)
    {
        text = Headers().Replace(text, "$1: " + Struck);
        text = Bearers().Replace(text, "$1 " + Struck);
        text = UserInfo().Replace(text, "://" + Struck + "@");
        text = Queries().Replace(text, "$1?" + Struck);
        text = Passwords().Replace(text, "$1=" + Struck);
        text = Pairs().Replace(text, "$1" + Struck);
        return Homes().Replace(text, "~");
    }

    /// <summary>A secret as it stands in an address or in JSON.</summary>
    private static IEnumerable<string> Spellings(string secret) =>
        [secret, Uri.EscapeDataString(secret), JavaScriptEncoder.Default.Encode(secret), secret.Replace(' ', '+')];

    [GeneratedRegex(@"\b((?:proxy-)?authorization|(?:set-)?cookie)\b[""']?\s*[:=]\s*[^\r\n]+", RegexOptions.IgnoreCase)]
    private static partial Regex Headers();

    [GeneratedRegex(@"\b(bearer)\s+[^\s""',;]+", RegexOptions.IgnoreCase)]
    private static partial Regex Bearers();

    [GeneratedRegex(@"://[^/\s@""'<>]+@")]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"(https?://[^\s?""'<>]+)\?[^\s""'<>]*", RegexOptions.IgnoreCase)]
    private static partial Regex Queries();

    [GeneratedRegex(@"\b(password|pwd)\s*=\s*(?:""[^""]*""|'[^']*'|[^;\r\n]*)", RegexOptions.IgnoreCase)]
    private static partial Regex Passwords();

    // A number and a colon behind it: a setting's name, such as Tokens:0:Role.
    [GeneratedRegex(
        @"((?:token|secret|password|passwd|api[-_]?key|credential|signature)[\w\-]*[""']?\s*[=:]\s*[""']?)(?![0-9]+:[A-Za-z])[^\s&;,""'{}]+",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Pairs();

    [GeneratedRegex(@"(?:/home/|/Users/|\b[A-Za-z]:\\Users\\)[^/\\\s:""'<>|]+")]
    private static partial Regex Homes();
}
