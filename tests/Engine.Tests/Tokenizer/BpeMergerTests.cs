using CllClip.Engine.Tokenizer;
using Xunit;

namespace CllClip.Engine.Tests.Tokenizer;

public sealed class BpeMergerTests
{
    /// <summary>Words of both kinds, those looked through and those with a queue, beside merging strings rank by rank.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(47)]
    [InlineData(48)]
    [InlineData(49)]
    [InlineData(400)]
    public void Merges_are_those_of_the_lowest_rank_leftmost_first(int length)
    {
        var random = new Random(length);
        string Word(int letters) => string.Concat(Enumerable.Range(0, letters).Select(_ => (char)('a' + random.Next(3))));
        var vocabulary = BpeTrainer.Train(Enumerable.Range(0, 300).Select(_ => Word(12)), new BpeTrainingOptions { VocabularySize = 300 });
        var tokenizer = new ClipTokenizer(vocabulary);
        for (var i = 0; i < 50; i++)
        {
            var word = Word(length);
            Assert.Equal(Plain(word, vocabulary), tokenizer.Pieces(word).Select(id => vocabulary.Tokens[id]));
        }
    }

    private static List<string> Plain(string word, Vocabulary vocabulary)
    {
        List<string> pieces = [.. word[..^1].Select(c => c.ToString()), word[^1] + SpecialTokens.EndOfWord];
        while (true)
        {
            var (rank, at) = Enumerable
                .Range(0, pieces.Count - 1)
                .Select(i => (Rank: vocabulary.Merges.ToList().IndexOf((pieces[i], pieces[i + 1])), At: i))
                .Where(x => x.Rank >= 0)
                .DefaultIfEmpty((-1, 0))
                .Min();
            if (rank < 0)
            {
                return pieces;
            }
            pieces[at] += pieces[at + 1];
            pieces.RemoveAt(at + 1);
        }
    }
}
