using CllClip.Engine.Tokenizer;
using Xunit;

namespace CllClip.Engine.Tests.Tokenizer;

public class ClipTokenizerTests
{
    private static readonly string[] Corpus = ["a cat sat", "the cat's hat", "Hut und Katze", "katze katze", "日本 の 猫"];

    private static readonly Vocabulary Trained = BpeTrainer.Train(
        Corpus,
        new BpeTrainingOptions { VocabularySize = 800, InitialAlphabet = [.. ByteAlphabet.Characters.ToArray().Select(c => c.ToString())] }
    );

    private readonly ClipTokenizer tokenizer = new(Trained);

    [Theory]
    [InlineData("")]
    [InlineData("   \t\r\n\u3000")]
    public void Text_without_words_is_start_and_end(string text) => Assert.Equal([Trained.StartId, Trained.EndId], tokenizer.Encode(text));

    [Theory]
    [InlineData("cat \uD83D hat")]
    [InlineData("cat \uDE00 hat")]
    [InlineData("cat \uDE00\uD83D hat")]
    [InlineData("cat \uD83D")]
    public void A_lone_surrogate_counts_as_the_replacement_character(string text) =>
        Assert.Equal(tokenizer.Encode(string.Concat(text.Select(c => char.IsSurrogate(c) ? '\uFFFD' : c))), tokenizer.Encode(text));

    [Fact]
    public void Control_characters_are_words_not_white_space()
    {
        var steps = tokenizer.Steps("cat\0\u0001 \u001Chat");
        Assert.Equal(["cat", "\0\u0001", "\u001C", "hat"], steps.Words);
        Assert.Equal(steps.Ids, tokenizer.Pieces("cat\0\u0001 \u001Chat"));
    }

    [Fact]
    public void Letters_above_the_basic_plane_join_into_words() => Assert.Equal(["𠮷𠮷x", "😀😀"], tokenizer.Steps("𠮷𠮷x😀😀").Words);

    [Fact]
    public void Special_tokens_are_cut_out_of_the_raw_text_even_inside_a_word()
    {
        var ids = tokenizer.Pieces("ca<|endoftext|>t<|startoftext|><|ENDOFTEXT|>");
        Assert.Equal(
            [.. tokenizer.Pieces("ca"), Trained.EndId, .. tokenizer.Pieces("t"), Trained.StartId, .. tokenizer.Pieces("<| endoftext |>")],
            ids
        );
    }

    [Fact]
    public void A_very_long_word_is_tokenised_in_reasonable_time_and_decodes_to_itself()
    {
        var text = string.Concat(Enumerable.Repeat("katze", 20_000));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var ids = tokenizer.Encode(text);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
        Assert.Equal(text, tokenizer.Decode(ids));
    }

    [Fact]
    public void More_words_than_the_cache_holds_keep_their_ids_from_every_thread()
    {
        string Word(int i) =>
            string.Create(
                6,
                i,
                (to, n) =>
                {
                    for (var c = 0; c < to.Length; c++, n /= 20)
                    {
                        to[c] = (char)('a' + (n % 20));
                    }
                }
            );
        var before = Enumerable.Range(0, 100).Select(i => tokenizer.Encode(Word(i))).ToList();
        Parallel.For(0, 40_000, i => tokenizer.Encode(Word(i)));
        Assert.Equal(before, Enumerable.Range(0, 100).Select(i => tokenizer.Encode(Word(i))));
    }

    [Fact]
    public void Cutting_keeps_the_end_token_last()
    {
        var ids = tokenizer.Encode("katze katze katze katze", 4);
        Assert.Equal(4, ids.Length);
        Assert.Equal(Trained.EndId, ids[^1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Encode("katze", 1));
    }

    [Fact]
    public void Many_threads_get_the_same_ids()
    {
        var texts = Enumerable.Range(0, 300).Select(i => $"Katze {i} {Corpus[i % Corpus.Length]} İ<|endoftext|>").ToArray();
        var alone = texts.Select(text => new ClipTokenizer(Trained).Encode(text)).ToArray();
        var together = texts.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(text => tokenizer.Encode(text)).ToArray();
        Assert.Equal(alone, together);
    }

    [Fact]
    public void Unknown_bytes_become_the_end_token()
    {
        var small = new ClipTokenizer(BpeTrainer.Train(["ab"], new BpeTrainingOptions { VocabularySize = 100 }));
        Assert.Equal([small.EndId], small.Pieces("z"));
    }

    [Fact]
    public void Decoding_leaves_out_ids_that_do_not_exist() =>
        Assert.Equal("cat", tokenizer.Decode([-1, .. tokenizer.Encode("cat"), int.MaxValue]));

    [Fact]
    public void A_batch_is_padded_with_the_end_token_and_masked()
    {
        var batch = TokenBatch.Build(tokenizer, ["", "cat sat"], 77);
        Assert.Equal(2, batch.Count);
        Assert.Equal([1, 1], batch.AttentionMask[..2]);
        Assert.All(batch.AttentionMask[2..batch.Length], mask => Assert.Equal(0, mask));
        Assert.All(batch.InputIds[1..batch.Length], id => Assert.Equal(Trained.EndId, id));
        Assert.Equal((0, 0), (TokenBatch.Build(tokenizer, [], 77).Count, TokenBatch.Build(tokenizer, [], 77).Length));
    }
}
