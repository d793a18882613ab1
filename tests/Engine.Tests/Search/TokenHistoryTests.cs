using CllClip.Engine.Search;
using CllClip.Engine.Tests.Training;
using CllClip.Engine.Tokenizer;
using CllClip.Engine.Training;
using CllClip.Shared.Search;
using Xunit;

namespace CllClip.Engine.Tests.Search;

/// <summary>What a checkpoint says of a query's tokens, against what the training captions themselves say.</summary>
public sealed class TokenHistoryTests : ToyRuns
{
    private static readonly string[] Texts = ["red cat", "schwarze Katze", "太陽", "أحمر كلب", "zebra 9"];

    [Fact]
    public void Tokens_are_told_as_the_captions_tell_them()
    {
        var plan = Plan("cll-clip", true, "a");
        Run(plan);
        var checkpoint = SearchCheckpoint.Fold(Model, QueryTower.Of(Model), plan.CheckpointFolder, 4);
        // Naive: each language's captions cut with the vocabulary of its own stage, in the order of learning.
        var seen = new Dictionary<int, List<string>>();
        var sizes = new List<int> { Model.VocabularyToGrow.Count };
        foreach (var (language, task) in Languages.Select((l, i) => (l, i)))
        {
            using var snapshot = CheckpointChain.Fold(Model, plan.CheckpointFolder, task + 1);
            sizes.Add(snapshot.Vocabulary.Count);
            var tokenizer = new ClipTokenizer(snapshot.Vocabulary);
            foreach (var id in Dataset.TrainingTexts(language).SelectMany(tokenizer.Pieces).Distinct())
            {
                if (!seen.TryGetValue(id, out var languages))
                {
                    seen[id] = languages = [];
                }
                languages.Add(language);
            }
        }
        using var last = CheckpointChain.Fold(Model, plan.CheckpointFolder, 4);
        var uses = new HashSet<TokenUse>();
        foreach (var token in Texts.Concat(Languages.SelectMany(l => Dataset.TrainingTexts(l))).SelectMany(t => checkpoint.Explain(t, 0.5)))
        {
            var languages = seen.GetValueOrDefault(token.Id) ?? [];
            Assert.Equal(languages, token.Languages);
            Assert.Equal(languages.Count, token.LanguageCount);
            Assert.Equal(
                languages.Count switch
                {
                    0 => TokenUse.Unseen,
                    1 => TokenUse.Unique,
                    _ => TokenUse.Shared,
                },
                token.Use
            );
            Assert.Equal(sizes.FindIndex(s => token.Id < s), token.Stage);
            Assert.Equal(token.Stage == 0 ? [] : [Languages[token.Stage - 1]], token.AddedFor);
            Assert.Equal(last.Counter.Counts[token.Id], token.TeirCount);
            Assert.Equal(1 / Math.Sqrt(last.Counter.Counts[token.Id]), token.TeirScale!.Value, 12);
            uses.Add(token.Use);
        }
        Assert.Equal([TokenUse.Unseen, TokenUse.Unique], uses.Order()); // the toy languages share no whole word
        Assert.All(checkpoint.Explain("red cat"), t => Assert.Null(t.TeirScale)); // a run without TEIR
    }

    [Fact]
    public void Of_a_stage_with_several_languages_the_number_is_known_and_the_names_only_where_all_had_it()
    {
        var history = new TokenHistory(10);
        history.Add(["en"], 12, [(3, 1), (10, 1)]);
        history.Add(["de", "ja", "ar"], 20, [(12, 2), (3, 3)]); // not in order
        Assert.Equal((0, 4), (history.Of(3).Stage, history.Of(3).LanguageCount));
        Assert.Equal(["en", "de", "ja", "ar"], history.Of(3).Languages);
        Assert.Equal((2, 2), (history.Of(12).Stage, history.Of(12).LanguageCount));
        Assert.Empty(history.Of(12).Languages);
        Assert.Equal(["de", "ja", "ar"], history.Of(19).AddedFor);
        Assert.Equal(0, history.Of(19).LanguageCount);
        var silent = new TokenHistory(10);
        silent.Add(["en"], 12, []);
        Assert.Null(silent.Of(11).LanguageCount);
        Assert.Equal(1, silent.Of(11).Stage);
    }

    [Fact]
    public void The_base_has_no_history_bytes_are_spelled_and_what_is_too_long_is_not_read()
    {
        var own = SearchCheckpoint.Of(Model, QueryTower.Of(Model));
        Assert.All(own.Explain("red cat"), t => Assert.Equal((TokenUse.Unknown, 0, null), (t.Use, t.Stage, t.LanguageCount)));
        Assert.Contains(own.Explain("太陽"), t => t.IsBytes && t.Text.StartsWith('⟨'));
        Assert.DoesNotContain(own.Explain("cat"), t => t.IsBytes);
        Assert.True(own.Explain("cat")[^1].EndsWord);
        var tokens = own.Explain(string.Join(' ', Enumerable.Repeat("cat", 200)));
        Assert.Equal(own.MostTokens, tokens.Count(t => t.IsRead));
        Assert.True(tokens[own.MostTokens - 1].IsRead && !tokens[own.MostTokens].IsRead);
        own.Embed(string.Join(' ', Enumerable.Repeat("cat", 200)), null, out var cut);
        Assert.True(cut);
        Assert.Empty(own.Explain(" "));
    }
}
