using CllClip.Engine.Tokenizer;
using Xunit;

namespace CllClip.Engine.Tests.Tokenizer;

public sealed class VocabularyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("cllclip-vocabulary-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Saving_and_loading_gives_the_same_vocabulary()
    {
        var saved = BpeTrainer.Train(["ein \"Text\" \\ mit Ümlaut", "日本"], new BpeTrainingOptions());
        saved.Save(folder);
        var loaded = Vocabulary.Load(folder);
        Assert.Equal(saved.Tokens, loaded.Tokens);
        Assert.Equal(saved.Merges, loaded.Merges);
        Assert.Equal(["merges.txt", "vocab.json"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("{\"a\":0,\n\"b\":0}", "", "vocab.json", "line 2", "id 0")]
    [InlineData("{\"a\":0,\n\"a\":1}", "", "vocab.json", "line 2", "twice")]
    [InlineData("{\"a\":0,\"b\":2}", "", "vocab.json", "id 1", "hole")]
    [InlineData("{\"a\":0,\n\"b\":\"x\"}", "", "vocab.json", "line 2", "whole number")]
    [InlineData("{\"a\":0,\n\"b\":-1}", "", "vocab.json", "line 2", "whole number")]
    [InlineData("{\"a\":0,\n", "", "vocab.json", "line 2", "JSON")]
    [InlineData("[]", "", "vocab.json", "line 1", "object")]
    [InlineData("", "", "vocab.json", "line 1", "JSON")]
    [InlineData("{\"a\":0,\"b\":1,\"ab\":2}", "#version: 0.2\na b\na b\n", "merges.txt", "line 3", "twice")]
    [InlineData("{\"a\":0,\"b\":1}", "#version: 0.2\na b\n", "merges.txt", "line 2", "'ab'")]
    [InlineData("{\"a\":0}", "#version: 0.2\na\n", "merges.txt", "line 2", "blank")]
    [InlineData("{\"a\":0}", "#version: 0.2\n\na a", "merges.txt", "line 2", "blank")]
    public void A_broken_file_is_named_with_its_line(string vocab, string merges, string file, string line, string fault)
    {
        File.WriteAllText(Path.Combine(folder, "vocab.json"), vocab);
        File.WriteAllText(Path.Combine(folder, "merges.txt"), merges);
        var error = Assert.Throws<EngineException>(() => Vocabulary.Load(folder));
        Assert.All([file, line, fault], part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Many_tokens_in_one_line_take_seconds_not_minutes()
    {
        File.WriteAllText(
            Path.Combine(folder, "vocab.json"),
            "{" + string.Join(',', Enumerable.Range(0, 400_000).Select(i => $"\"token {i}\":{i}")) + "}"
        );
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "");
        var began = Environment.CpuUsage.TotalTime;
        Assert.Equal(400_000, Vocabulary.Load(folder).Count);
        Assert.InRange((Environment.CpuUsage.TotalTime - began).TotalSeconds, 0, 60); // of all tests running now, on a slow machine
    }

    [Fact]
    public void A_token_of_a_million_letters_is_not_told_whole_and_the_remedy_is()
    {
        File.WriteAllText(Path.Combine(folder, "vocab.json"), "{\"" + new string('a', 1_000_000) + "\":-1}");
        var message = Assert.Throws<EngineException>(() => Vocabulary.Load(folder)).Message;
        Assert.InRange(message.Length, 100, 5_000);
        Assert.Contains(Path.Combine(folder, "vocab.json"), message, StringComparison.Ordinal);
        Assert.EndsWith("Copy the file anew from where it came.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Assert.Contains("vocab.json", Assert.Throws<EngineException>(() => Vocabulary.Load(folder)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "vocab.json"), "{}");
        Assert.Contains("merges.txt", Assert.Throws<EngineException>(() => Vocabulary.Load(folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Growing_keeps_ids_and_appends_only_what_is_new()
    {
        var first = Vocabulary.From(["<|startoftext|>", "<|endoftext|>", "a", "b", "ab"], [("a", "b")]);
        var trained = Vocabulary.From(["<|startoftext|>", "<|endoftext|>", "b", "c", "a", "ab", "bc"], [("b", "c"), ("a", "b")]);
        var grown = first.Grow(trained);
        Assert.Equal([.. first.Tokens, "c", "bc"], grown.Tokens);
        Assert.Equal([("a", "b"), ("b", "c")], grown.Merges);
        Assert.Equal(grown.Tokens, grown.Grow(trained).Tokens);
    }

    [Fact]
    public void Two_vocabularies_grown_out_of_one_know_nothing_of_each_other()
    {
        var root = Vocabulary.From(["a", "b"], []).Apply(new VocabularyDelta(2, 0, ["ab"], ["a b"]));
        var one = root.Apply(new VocabularyDelta(3, 1, ["ba", "baa"], ["b a", "ba a"]));
        var two = root.Apply(new VocabularyDelta(3, 1, ["c", "abab", "ba"], ["ab ab", "b a"]));
        Assert.Equal(["a", "b", "ab"], root.Tokens);
        Assert.Equal(["a", "b", "ab", "ba", "baa"], one.Tokens);
        Assert.Equal(["a", "b", "ab", "c", "abab", "ba"], two.Tokens);
        Assert.Equal([("a", "b")], root.Merges);
        Assert.Equal([("a", "b"), ("b", "a"), ("ba", "a")], one.Merges);
        Assert.Equal([("a", "b"), ("ab", "ab"), ("b", "a")], two.Merges);
        Assert.Equal((null, 3, 5), (root.Find("ba"), one.Find("ba"), two.Find("ba")));
        Assert.Equal((null, 4, null), (root.Find("baa"), one.Find("baa"), two.Find("baa")));
        Assert.False(root.TryMerge(1, 0, out _));
        Assert.True(one.TryMerge(1, 0, out var first) && first == new BpeMerge(1, 3));
        Assert.True(two.TryMerge(1, 0, out var second) && second == new BpeMerge(2, 5));
    }

    [Fact]
    public void A_faulty_growth_leaves_nothing_behind()
    {
        var root = Vocabulary.From(["a", "b"], []).Apply(new VocabularyDelta(2, 0, ["ab"], ["a b"]));
        Assert.Throws<EngineException>(() => root.Apply(new VocabularyDelta(3, 1, ["c", "ca"], ["c a", "c c"])));
        Assert.Throws<EngineException>(() => root.Apply(new VocabularyDelta(3, 1, ["d", "a"], [])));
        Assert.Null(root.Find("c"));
        Assert.Equal(["a", "b", "ab", "ca"], root.Apply(new VocabularyDelta(3, 1, ["ca"], [])).Tokens);
    }

    [Fact]
    public async Task Earlier_stages_are_read_while_later_ones_grow()
    {
        var stage = Vocabulary.From(["t"], []).Apply(new VocabularyDelta(1, 0, ["u"], []));
        var (first, wrong) = (stage, 0);
        using var done = new CancellationTokenSource();
        var reading = Task.Run(() =>
        {
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                if (first.Find("u") != 1 || first.Find($"u{i % 20_000}") is not null || first.TryMerge(1, 0, out _))
                {
                    wrong++;
                }
            }
        });
        for (var i = 0; i < 20_000; i++)
        {
            stage = stage.Apply(new VocabularyDelta(stage.Count, stage.Merges.Count, [$"u{i}"], []));
            Assert.Equal(i + 2, stage.Find($"u{i}"));
        }
        await done.CancelAsync();
        await reading;
        Assert.Equal(0, wrong);
        Assert.Equal(20_002, stage.Count);
        Assert.Equal(2, first.Count);
    }

    [Fact]
    public void A_difference_that_belongs_elsewhere_is_refused()
    {
        var one = Vocabulary.From(["a"], []);
        var two = Vocabulary.From(["a", "b"], []);
        Assert.Throws<EngineException>(() => two.Apply(two.Since(one)));
        Assert.Throws<EngineException>(() => one.Since(two));
    }

    [Fact]
    public void A_vocabulary_without_special_tokens_makes_no_tokenizer() =>
        Assert.Contains(
            "<|endoftext|>",
            Assert.Throws<EngineException>(() => Vocabulary.From(["<|startoftext|>"], []).EndId).Message,
            StringComparison.Ordinal
        );
}
