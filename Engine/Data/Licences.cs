using System.Text;
using System.Text.RegularExpressions;

namespace CllClip.Engine.Data;

/// <summary>What is known of a data set's or model's licence: what its authors state, else what a file beside it says.</summary>
public static partial class Licences
{
    /// <summary>Longest licence that is kept, in characters.</summary>
    public const int Longest = 300;

    private const int ReadBytes = 16 * 1024;

    /// <summary>Of the known corpora what is commonly stated; their own pages decide.</summary>
    private static readonly Dictionary<string, string> OfLayouts = new(StringComparer.Ordinal)
    {
        ["coco"] = "captions: CC-BY-4.0 (COCO Consortium), machine-translated; images: Flickr's terms of use; see cocodataset.org",
        ["cc3m"] = "captions: free for any purpose, naming Google LLC as the source is appreciated; images: of their owners",
        ["xm3600"] = "captions: CC-BY-4.0 (Google LLC); images: from Open Images, CC-BY-2.0 each by its author",
        ["flickr30k"] = "images: Flickr's terms of use; captions: no licence stated, see the data set's page",
    };

    /// <summary>Beginnings of the usual texts.</summary>
    private static readonly (string Text, string Name)[] Known =
    [
        ("Attribution-NonCommercial-ShareAlike 4.0", "CC-BY-NC-SA-4.0"),
        ("Attribution-NonCommercial-NoDerivatives 4.0", "CC-BY-NC-ND-4.0"),
        ("Attribution-NonCommercial 4.0", "CC-BY-NC-4.0"),
        ("Attribution-ShareAlike 4.0", "CC-BY-SA-4.0"),
        ("Attribution-NoDerivatives 4.0", "CC-BY-ND-4.0"),
        ("Attribution 4.0", "CC-BY-4.0"),
        ("CC0 1.0", "CC0-1.0"),
        ("Apache License", "Apache-2.0"),
        ("MIT License", "MIT"),
        ("BSD 3-Clause", "BSD-3-Clause"),
        ("Open Data Commons Attribution", "ODC-By-1.0"),
        ("Open Database License", "ODbL-1.0"),
    ];

    /// <summary>Licence of a data set: of a known corpus what its authors state, of one's own what its folder says; null where nobody says.</summary>
    /// <param name="kind">Its layout.</param>
    /// <param name="path">Its folder or file.</param>
    public static string? OfCorpus(string kind, string path)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return OfLayouts.GetValueOrDefault(kind) ?? OfFolder(Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? "");
    }

    /// <summary>Licence that a folder's README.md names in its front matter, else what its file LICENSE is; null where neither is there.</summary>
    public static string? OfFolder(string folder)
    {
        if (Head(folder, "README.md") is { } card && FrontMatter().Match(card) is { Success: true } matter)
        {
            var name =
                Named().Match(matter.Value) is { Success: true } named && !named.Groups[1].Value.Equals("other", StringComparison.Ordinal)
                    ? named
                : OwnName().Match(matter.Value) is { Success: true } own ? own
                : null;
            if (name is not null)
            {
                return Cut(name.Groups[1].Value.Trim('"', '\'', ' '));
            }
        }
        foreach (var file in new[] { "LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "LICENCE.txt", "LICENCE.md" })
        {
            if (Head(folder, file) is { } text)
            {
                var known = Known.FirstOrDefault(k =>
                    text.AsSpan(0, Math.Min(text.Length, 1000)).Contains(k.Text, StringComparison.OrdinalIgnoreCase)
                );
                return known.Name
                    ?? Cut($"{file}: {text.Split('\n').Select(l => l.Trim('#', ' ', '\r', '\t')).FirstOrDefault(l => l.Length > 0)}");
            }
        }
        return null;
    }

    private static string? Cut(string text)
    {
        var clean = new string([.. text.Where(c => !char.IsControl(c))]).Trim();
        return clean.Length == 0 ? null
            : clean.Length > Longest ? clean[..(Longest - 1)] + "…"
            : clean;
    }

    private static string? Head(string folder, string name)
    {
        try
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
            {
                return null;
            }
            using var file = File.OpenRead(path);
            var bytes = new byte[ReadBytes];
            return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).TrimStart('\uFEFF');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The block of YAML that a card of Hugging Face's begins with.</summary>
    [GeneratedRegex(@"\A---\r?\n.*?^---\s*$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex FrontMatter();

    [GeneratedRegex(@"^licen[cs]e:[ \t]*(?:\r?\n[ \t]*-[ \t]*)?([^\r\n]+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Named();

    [GeneratedRegex(@"^licen[cs]e_name:[ \t]*([^\r\n]+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex OwnName();
}
