using System.Text.Json;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Tokenizer;
using Xunit;

namespace CllClip.Engine.Tests.Tokenizer;

[Trait("Category", "Golden")]
public class BpeGoldens
{
    public static TheoryData<string> Cases => Fixtures.Cases("bpe");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Training_and_growth_equal_the_reference(string name)
    {
        using var golden = Fixtures.Load("bpe", name);
        var kind = golden.Json.GetProperty("kind").GetString();
        if (kind == "train")
            Train(golden);
        else if (kind == "growth")
            Grow(golden);
        else
            Assert.Skip($"kind '{kind}' is not this test's");
    }

    private static void Train(GoldenCase golden)
    {
        var json = golden.Json;
        var texts = Lines(golden.PathOf(json.GetProperty("corpus").GetString()!));
        var options = new BpeTrainingOptions
        {
            VocabularySize = json.GetProperty("vocab_size").GetInt32(),
            InitialAlphabet = [.. json.GetProperty("initial_alphabet").EnumerateArray().Select(e => e.GetString()!)],
            SpecialTokens = [.. json.GetProperty("special_tokens").EnumerateArray().Select(e => e.GetString()!)],
            MinFrequency = json.GetProperty("min_frequency").GetInt32(),
            EndOfWordSuffix = json.GetProperty("end_of_word_suffix").GetString()!,
        };
        var words = BpeTrainer.CountWords(texts, options.Splitter, TestContext.Current.CancellationToken);
        var trained = BpeTrainer.Train(texts, options, TestContext.Current.CancellationToken);
        var want = Vocabulary.Load(golden.Folder);
        Assert.Equal(want.Tokens, trained.Tokens);
        Assert.Equal(want.Merges, trained.Merges);
        Assert.Equal(json.GetProperty("lines").GetInt32(), texts.Length);
        Assert.Equal(json.GetProperty("words").GetInt32(), words.Values.Sum());
        Assert.Equal(json.GetProperty("distinct_words").GetInt32(), words.Count);
        Assert.Equal(json.GetProperty("tokens").GetInt32(), trained.Count);
        Assert.Equal(json.GetProperty("merges").GetInt32(), trained.Merges.Count);
    }

    private static void Grow(GoldenCase golden)
    {
        var json = golden.Json;
        string[] texts = [.. json.GetProperty("texts").EnumerateArray().Select(e => e.GetString()!)];
        var start = Vocabulary.Load(golden.PathOf(json.GetProperty("start").GetString()!));
        var vocabulary = start;
        Assert.Equal([.. json.GetProperty("before").EnumerateArray().Select(Join)], EncodeAll(vocabulary, texts));
        foreach (var stage in json.GetProperty("stages").EnumerateArray())
        {
            var before = vocabulary;
            Assert.Equal(stage.GetProperty("first_new_id").GetInt32(), before.Count);
            vocabulary = before.Grow(Vocabulary.Load(golden.PathOf(stage.GetProperty("from").GetString()!)));
            Assert.Equal(stage.GetProperty("vocab_size").GetInt32(), vocabulary.Count);
            Assert.Equal(stage.GetProperty("merges").GetInt32(), vocabulary.Merges.Count);
            Assert.Equal(stage.GetProperty("bos").GetInt32(), vocabulary.StartId);
            Assert.Equal(stage.GetProperty("eos").GetInt32(), vocabulary.EndId);
            Assert.Equal(Lines(golden.PathOf(stage.GetProperty("added").GetString()!)), vocabulary.Tokens.Skip(before.Count));
            var tail = vocabulary.Merges.Skip(before.Merges.Count).Select(merge => $"{merge.Left} {merge.Right}");
            Assert.Equal(Lines(golden.PathOf(stage.GetProperty("merges_tail").GetString()!)), tail);
            Assert.Equal(Lines(golden.PathOf(stage.GetProperty("ids").GetString()!)), EncodeAll(vocabulary, texts));
            var restored = before.Apply(JsonSerializer.Deserialize<VocabularyDelta>(JsonSerializer.Serialize(vocabulary.Since(before)))!);
            Assert.Equal(vocabulary.Tokens, restored.Tokens);
            Assert.Equal(vocabulary.Merges, restored.Merges);
        }
    }

    private static string[] EncodeAll(Vocabulary vocabulary, string[] texts)
    {
        var tokenizer = new ClipTokenizer(vocabulary);
        return [.. texts.Select(text => string.Join(' ', tokenizer.Encode(text)))];
    }

    private static string Join(JsonElement ids) => string.Join(' ', ids.EnumerateArray().Select(e => e.GetInt32()));

    /// <summary>Lines at LF only: the texts may hold other line separators.</summary>
    private static string[] Lines(string path)
    {
        var lines = File.ReadAllText(path).Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }
}
