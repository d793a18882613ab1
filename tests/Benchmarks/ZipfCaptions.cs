using System.Text;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Tokenizer;

namespace CllClip.Benchmarks;

/// <summary>
/// Captions of a natural distribution of words, as many as a benchmark wants: the words of Emoji36's texts in all its languages, the n-th drawn with a
/// chance in proportion to 1/n, 6 to 15 words a caption. The same texts at each call.
/// </summary>
internal static class ZipfCaptions
{
    private const int Seed = 36;

    /// <summary>Makes captions.</summary>
    public static string[] Make(Emoji36Dataset dataset, int count)
    {
        var random = new Random(Seed);
        string[] words =
        [
            .. dataset
                .Languages.SelectMany(dataset.TrainingTexts)
                .SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Distinct(StringComparer.Ordinal),
        ];
        random.Shuffle(words);
        var reached = new double[words.Length]; // sum of 1/n so far
        for (var n = 0; n < words.Length; n++)
        {
            reached[n] = (n == 0 ? 0 : reached[n - 1]) + 1.0 / (n + 1);
        }
        var captions = new string[count];
        var text = new StringBuilder();
        for (var c = 0; c < count; c++)
        {
            text.Clear();
            for (var left = random.Next(6, 16); left > 0; left--)
            {
                var place = Array.BinarySearch(reached, random.NextDouble() * reached[^1]);
                text.Append(words[place < 0 ? ~place : place]).Append(left > 1 ? " " : "");
            }
            captions[c] = text.ToString();
        }
        return captions;
    }

    /// <summary>Distinct words of some texts, as the tokenizer splits them.</summary>
    public static int Words(IReadOnlyList<string> texts) => BpeTrainer.CountWords(texts, WordSplitter.Clip, default).Count;
}
