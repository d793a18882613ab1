using CllClip.Engine.Data;
using Xunit;

namespace CllClip.Engine.Tests.Data;

/// <summary>Licences are found where people write them.</summary>
public sealed class LicencesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cllclip-licences-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("README.md", "---\nlanguage: en\nlicense: cc-by-4.0\n---\n# A", "cc-by-4.0")]
    [InlineData("README.md", "---\r\nlicense: \"mit\"\r\n---\r\n", "mit")]
    [InlineData("README.md", "---\nlicense:\n- cc0-1.0\ntags: [a]\n---\n", "cc0-1.0")]
    [InlineData("README.md", "---\nlicense: other\nlicense_name: conceptual-captions\n---\n", "conceptual-captions")]
    [InlineData("README.md", "# No front matter\nlicense: mit\n", null)]
    [InlineData("README.md", "", null)]
    [InlineData("LICENSE", "                                 Apache License\n Version 2.0", "Apache-2.0")]
    [InlineData("LICENSE", "MIT License\n\nCopyright", "MIT")]
    [InlineData("LICENSE.txt", "Creative Commons Attribution-ShareAlike 4.0 International Public License", "CC-BY-SA-4.0")]
    [InlineData("LICENSE.md", "\n# Ask Anna before you use it\nmore", "LICENSE.md: Ask Anna before you use it")]
    [InlineData("other.txt", "MIT License", null)]
    public void A_folder_says_its_licence(string file, string text, string? licence)
    {
        File.WriteAllText(Path.Combine(_folder, file), text);
        Assert.Equal(licence, Licences.OfFolder(_folder));
        Assert.Equal(licence, Licences.OfCorpus("jsonl", Path.Combine(_folder, "own.jsonl")));
    }

    [Fact]
    public void Known_corpora_have_what_their_authors_state_and_a_long_or_missing_one_does_no_harm()
    {
        Assert.StartsWith("captions: CC-BY-4.0", Licences.OfCorpus("coco", _folder), StringComparison.Ordinal);
        Assert.Null(Licences.OfFolder(Path.Combine(_folder, "none")));
        File.WriteAllText(Path.Combine(_folder, "LICENSE"), new string('x', 5_000));
        Assert.Equal(Licences.Longest, Licences.OfFolder(_folder)!.Length);
    }
}
