using CllClip.Engine.Training;
using CllClip.Portal.Features.Models;
using CllClip.Portal.Tests.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Features.Models;

public sealed class ModelCardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("# CLL-CLIP after 3 languages\n\n* Languages in the order of learning: en de ja\n* Vocabulary: 9 tokens", "en de ja")]
    [InlineData("---\nlanguage: de\nlicense: mit\n---\n# X\n", "de")]
    [InlineData("---\r\nlicense: mit\r\nlanguage:\r\n- en\r\n- zh\r\n- xx\r\ntags:\r\n- de\r\n---\r\n# X", "en zh")]
    [InlineData("---\nlanguage: [\"fr\", 'it', fr]\n---", "fr it")]
    [InlineData("---\nlicense: mit\n---\nlanguage: de", "")]
    [InlineData("# X\n\n---\nlanguage: de\n---", "")]
    [InlineData("---\nlanguage: multilingual\n---", "")]
    [InlineData("", "")]
    public void The_languages_are_those_that_the_card_names_and_the_portal_knows(string text, string languages)
    {
        Write(CheckpointExport.ReadmeFile, text);
        Assert.Equal(languages, string.Join(' ', ModelCard.Read(_folder.Path).Languages));
    }

    [Fact]
    public void A_model_whose_method_s_parts_are_not_read_with_it_claims_no_language()
    {
        Write(CheckpointExport.ReadmeFile, "# LoRA\n\n* Languages in the order of learning: en de");
        Write(CheckpointExport.PartsFile, "");
        var card = ModelCard.Read(_folder.Path);
        Assert.Equal(("LoRA", 0), (card.Title, card.Languages.Count));
    }

    [Fact]
    public void A_folder_without_a_card_has_nothing_to_say() => Assert.Null(ModelCard.Read(_folder.Path).Title);

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.Path, name), text);
}
