using CllClip.Engine.Tokenizer;
using Xunit;

namespace CllClip.Engine.Tests.Tokenizer;

public class BpeTrainerTests
{
    [Fact]
    public void The_most_frequent_pair_goes_first_and_ties_go_to_smaller_ids()
    {
        var trained = BpeTrainer.Train(["aab aab bab"], new BpeTrainingOptions { SpecialTokens = [] });
        Assert.Equal(["a", "b", "b</w>", "ab</w>", "aab</w>", "bab</w>"], trained.Tokens);
        Assert.Equal([("a", "b</w>"), ("a", "ab</w>"), ("b", "ab</w>")], trained.Merges);
    }

    [Fact]
    public void No_texts_leave_the_special_tokens_and_the_given_alphabet() =>
        Assert.Equal(
            ["<|startoftext|>", "<|endoftext|>", "x", "y"],
            BpeTrainer.Train([], new BpeTrainingOptions { InitialAlphabet = ["y", "x"] }).Tokens
        );

    [Fact]
    public void A_size_below_the_alphabet_allows_no_merge() =>
        Assert.Empty(BpeTrainer.Train(["katze"], new BpeTrainingOptions { VocabularySize = 1 }).Merges);

    [Fact]
    public void Rare_pairs_are_left_alone() =>
        Assert.Equal([("a", "b</w>")], BpeTrainer.Train(["ab ab cd"], new BpeTrainingOptions { MinFrequency = 2 }).Merges);

    [Fact]
    public void Training_can_be_stopped()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => BpeTrainer.Train(["katze katze"], new BpeTrainingOptions(), stop.Token));
    }

    [Fact]
    public void Tied_pairs_inside_runs_do_not_overlap()
    {
        var trained = BpeTrainer.Train(
            ["aaaaa"],
            new BpeTrainingOptions
            {
                SpecialTokens = [],
                EndOfWordSuffix = "",
                VocabularySize = 3,
            }
        );
        Assert.Equal(["a", "aa", "aaa"], trained.Tokens.Take(3));
    }
}
