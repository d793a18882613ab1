using System.Text.RegularExpressions;
using Xunit;

namespace CllClip.Portal.Tests.Architecture;

/// <summary>What README and docs point at is there, pictures included.</summary>
public sealed partial class DocumentLinksTests
{
    public static TheoryData<string> Documents() =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(PreparedData.Root, "docs"), "*.md", SearchOption.AllDirectories)
                .Append(Path.Combine(PreparedData.Root, "README.md"))
                .Select(f => Path.GetRelativePath(PreparedData.Root, f)),
        ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_relative_link_leads_to_a_file(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(PreparedData.Root, document))!;
        var text = File.ReadAllText(Path.Combine(PreparedData.Root, document));
        var broken = Link()
            .Matches(text)
            .Select(m => m.Groups[1].Value.Split('#')[0])
            .Where(target => target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
            .Where(target => !Path.Exists(Path.Combine(folder, target)))
            .ToList();
        Assert.True(broken.Count == 0, $"{document} links to what is not there: {string.Join(", ", broken)}");
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
