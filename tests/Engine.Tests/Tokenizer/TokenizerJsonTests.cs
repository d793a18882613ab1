using System.Text.Json.Nodes;
using CllClip.Engine.Model;
using CllClip.Engine.Tests.Model;
using CllClip.Engine.Tokenizer;
using Xunit;

namespace CllClip.Engine.Tests.Tokenizer;

/// <summary>A folder whose tokenizer is one tokenizer.json.</summary>
public sealed class TokenizerJsonTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cllclip-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(_root, true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // merges as pairs, as newer versions write them
    public void Is_read_as_the_pair_of_files_would_be(bool pairs)
    {
        var tiny = Write(json =>
        {
            if (pairs)
            {
                var merges = json["model"]!["merges"]!.AsArray();
                json["model"]!["merges"] = new JsonArray([
                    .. merges.Select(m => (JsonNode)new JsonArray([.. ((string)m!).Split(' ').Select(t => (JsonNode)t)])),
                ]);
            }
        });
        using var model = ClipModel.Load(tiny.Folder);
        Assert.Equal(tiny.Vocabulary.Tokens, model.VocabularyToGrow.Tokens);
        Assert.Equal(tiny.Vocabulary.Merges, model.VocabularyToGrow.Merges);
        var (own, read) = (new ClipTokenizer(tiny.Vocabulary), new ClipTokenizer(model.VocabularyToGrow));
        foreach (var text in new[] { "cat", "Cats, 2 caT's", "猫と cat" })
        {
            Assert.Equal(own.Encode(text), read.Encode(text));
        }
    }

    [Fact]
    public void Special_tokens_may_stand_among_the_added_ones_alone()
    {
        var tiny = Write(json =>
        {
            json["model"]!["vocab"]!.AsObject().Remove("<|endoftext|>");
            json["model"]!["vocab"]!.AsObject().Remove("<|startoftext|>");
        });
        using var model = ClipModel.Load(tiny.Folder);
        Assert.Equal(tiny.Vocabulary.Tokens, model.VocabularyToGrow.Tokens);
    }

    public static TheoryData<string, Action<JsonNode>, string> Faults =>
        new()
        {
            { "type", j => j["model"]!["type"] = "WordPiece", "WordPiece" },
            { "unigram", j => j["model"] = new JsonObject { ["type"] = "Unigram", ["vocab"] = new JsonArray() }, "Unigram" },
            { "suffix", j => j["model"]!["end_of_word_suffix"] = null, "</w>" },
            { "bytes", j => j["pre_tokenizer"] = null, "bytes" },
            { "hole", j => j["model"]!["vocab"]!.AsObject().Remove("!"), "no token with the id" },
            { "twice", j => j["model"]!["vocab"]!["!"] = 7, "the id 7" },
            { "text", j => j["model"]!["vocab"]!["!"] = "x", "'!'" },
            { "merge", j => j["model"]!["merges"]!.AsArray().Add("q"), "'q'" },
            { "strange", j => j["model"]!["merges"]!.AsArray().Add("q q"), "'qq'" },
            { "triple", j => j["model"]!["merges"]!.AsArray().Add(new JsonArray("a", "b", "c")), "two tokens" },
            { "number", j => j["model"]!["merges"]!.AsArray().Add(3), "broken" },
            { "added", j => j["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = 1 }), "content" },
            { "other id", j => j["added_tokens"]![0]!["id"] = 1, "two ids" },
            { "list", j => j["model"]!["vocab"] = new JsonArray(), "broken" },
        };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void What_is_no_tokenizer_of_CLIPs_is_named(string _, Action<JsonNode> change, string says)
    {
        var tiny = Write(change);
        var message = Assert.Throws<EngineException>(() => ClipModel.Load(tiny.Folder).Dispose()).Message;
        Assert.Contains(TokenizerJson.FileName, message, StringComparison.Ordinal);
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_no_JSON_is_named()
    {
        var tiny = Write(_ => { });
        File.WriteAllText(Path.Combine(tiny.Folder, TokenizerJson.FileName), """{"model": {"vocab": {"\ud800": 1}}""");
        Assert.Contains(
            "not valid JSON",
            Assert.Throws<EngineException>(() => ClipModel.Load(tiny.Folder)).Message,
            StringComparison.Ordinal
        );
        File.WriteAllText(
            Path.Combine(tiny.Folder, TokenizerJson.FileName),
            """{"pre_tokenizer": "ByteLevel", "model": {"end_of_word_suffix": "</w>", "vocab": {"\ud800": 1}, "merges": []}}"""
        );
        Assert.Contains(
            "holds half a character",
            Assert.Throws<EngineException>(() => ClipModel.Load(tiny.Folder)).Message,
            StringComparison.Ordinal
        );
    }

    private TinyClip Write(Action<JsonNode> change)
    {
        var tiny = new TinyClip(Path.Combine(_root, Guid.NewGuid().ToString("N")))
        {
            WriteTokenizer = (folder, vocabulary) => TokenizerJson.Write(folder, vocabulary, WordSplitter.Clip),
        };
        tiny.Write();
        var path = Path.Combine(tiny.Folder, TokenizerJson.FileName);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        change(json);
        File.WriteAllText(path, json.ToJsonString());
        return tiny;
    }
}
