using CllClip.Engine.Search;
using CllClip.Engine.Tests.Golden;
using CllClip.Engine.Tests.Training;
using CllClip.Engine.Tokenizer;
using CllClip.Engine.Training;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Search;

/// <summary>Checkpoints folded from a chain, and their cache.</summary>
public sealed class SearchCheckpointTests : ToyRuns
{
    [Fact]
    public void A_stage_embeds_queries_as_the_text_tower_does_with_its_table_and_vocabulary()
    {
        var plan = Plan("cll-clip", true, "a");
        Run(plan);
        var tower = QueryTower.Of(Model);
        var told = new List<double>();
        var checkpoint = SearchCheckpoint.Fold(Model, tower, plan.CheckpointFolder, 4, new Immediate(told.Add));
        Assert.Equal([0.25, 0.5, 0.75, 1], told);
        using var snapshot = CheckpointChain.Fold(Model, plan.CheckpointFolder, 4);
        var tokenizer = new ClipTokenizer(snapshot.Vocabulary);
        Assert.Equal(snapshot.Vocabulary.Count, checkpoint.VocabularySize);
        foreach (
            var text in new[]
            {
                "red cat",
                "schwarze Katze",
                "太陽",
                "أحمر كلب",
                "something else, never seen 123",
                string.Join(' ', Enumerable.Repeat("Hund", 300)),
            }
        )
        {
            using var scope = NewDisposeScope();
            var ids = tokenizer.Encode(text, Model.Text.MaxLength);
            var rows = snapshot.Embedding.Gather([.. ids.Select(i => (long)i)]).unsqueeze(0);
            var want = Model.Text.Forward(rows, tensor(new[] { ids.Length - 1L }).Here()).flatten();
            want /= want.norm();
            var got = checkpoint.Embed(text, null, out var cut)!;
            Assert.Equal(text.Length > 500, cut);
            Assert.All(want.cpu().Elements<float>().Zip(got), x => Assert.Equal(x.First, x.Second, 1e-5));
        }
    }

    [Theory]
    [MemberData(nameof(MethodsThatChangeTheTower))]
    public void A_stage_of_every_method_embeds_queries_as_its_evaluation_does(string method, string? option)
    {
        var plan = Plan(method, true, "a");
        if (option is not null)
        {
            plan = plan with { Options = new Dictionary<string, object>(plan.Options) { [option] = true } };
        }
        Run(plan);
        var checkpoint = SearchCheckpoint.Fold(Model, QueryTower.Of(Model), plan.CheckpointFolder, 3);
        using var snapshot = CheckpointChain.Fold(Model, plan.CheckpointFolder, 3);
        using var loaded = CheckpointChain.LoadMethod(plan.CheckpointFolder, 3)!;
        var tokenizer = new ClipTokenizer(snapshot.Vocabulary);
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var tower = loaded.OwnWeights("text_projection.weight") is null
            ? Model.Text
            : Engine.Model.TextTower.Create(Model.Config.Text.Tower, n => Own(loaded.OwnWeights(n)!, n));
        var parted = 0;
        foreach (var (text, language) in new[] { ("red cat", "en"), ("schwarze Katze", "de"), ("太陽", "ja"), ("كلب", "ar") })
        {
            var ids = tokenizer.Encode(text, Model.Text.MaxLength);
            var rows = snapshot.Embedding.Gather([.. ids.Select(i => (long)i)]).unsqueeze(0);
            var ends = tensor(new[] { ids.Length - 1L }).Here();
            var want = tower.Forward(rows, ends, parts: loaded.EvaluationParts(language, tower)?.Invoke(rows, ends)).flatten();
            var without = Model.Text.Forward(rows, ends).flatten();
            parted += (want - without).abs().max().item<float>() > 1e-4 ? 1 : 0;
            want /= want.norm();
            var got = checkpoint.Embed(text, language)!;
            Assert.All(want.cpu().Elements<float>().Zip(got), x => Assert.Equal(x.First, x.Second, 2e-5));
        }
        // Arabic comes after stage 3: methods with parts for each language have none for it
        Assert.Equal(method is "mla" or "lora" or "p-tuning" ? 3 : 4, parted);
    }

    public static TheoryData<string, string?> MethodsThatChangeTheTower =>
        new()
        {
            { "mla", null },
            { "lora", null },
            { "p-tuning", null },
            { "dualprompt", null },
            { "coda-prompt", null },
            { "cll-clip", "trainEverything" },
        };

    private Tensor Own(float[] values, string name) => tensor(values).Here().reshape(Engine.Model.ClipShapes.Of(Model.Config)[name]);

    [Fact]
    public void A_chain_in_half_precision_gives_nearly_the_same_vectors()
    {
        var plan = Plan("cll-clip", false, "a");
        Run(plan);
        var compact = Path.Combine(Folder, "compact");
        CheckpointChain.Copy(plan.CheckpointFolder, compact, halfPrecision: true);
        var tower = QueryTower.Of(Model);
        var full = SearchCheckpoint.Fold(Model, tower, plan.CheckpointFolder, 4).Embed("schwarzer Hund")!;
        var half = SearchCheckpoint.Fold(Model, tower, compact, 4).Embed("schwarzer Hund")!;
        Assert.InRange(full.Zip(half, (a, b) => a * b).Sum(), 0.9999f, 1.0001f);
    }

    [Fact]
    public void The_base_is_stage_0_and_what_has_no_token_has_no_vector()
    {
        var tower = QueryTower.Of(Model);
        var own = SearchCheckpoint.Of(Model, tower);
        Assert.Equal(own.Embed("red cat"), SearchCheckpoint.Fold(Model, tower, Path.Combine(Folder, "none"), 0).Embed("red cat"));
        Assert.Null(own.Embed(""));
        Assert.Null(own.Embed("  "));
    }

    [Fact]
    public void The_cache_keeps_the_last_used_within_its_size_and_loads_each_once()
    {
        var tower = QueryTower.Of(Model);
        var size = SearchCheckpoint.Of(Model, tower).Bytes;
        var cache = new CheckpointCache(2 * size);
        var loads = new List<string>();
        SearchCheckpoint Get(string id) =>
            cache.Get(
                id,
                () =>
                {
                    lock (loads)
                    {
                        loads.Add(id);
                    }
                    return SearchCheckpoint.Of(Model, tower);
                }
            );
        Parallel.For(0, 16, _ => Get("a"));
        Assert.Equal(["a"], loads);
        Get("b");
        Get("a");
        Get("c"); // b was used longest ago
        Assert.Equal((true, false, true), (cache.Has("a"), cache.Has("b"), cache.Has("c")));
        Assert.Equal(2 * size, cache.Bytes);
        cache.Forget(id => id == "a");
        Get("a");
        Assert.Equal(["a", "b", "c", "a"], loads);
        var small = new CheckpointCache(1);
        Assert.Same(small.Get("x", () => SearchCheckpoint.Of(Model, tower)), small.Get("x", () => throw new InvalidOperationException()));
    }

    [Fact]
    public void A_loading_that_fails_is_tried_again()
    {
        var cache = new CheckpointCache(long.MaxValue);
        Assert.Throws<EngineException>(() => cache.Get("a", () => throw new EngineException("damaged")));
        Assert.False(cache.Has("a"));
        Assert.NotNull(cache.Get("a", () => SearchCheckpoint.Of(Model, QueryTower.Of(Model))));
    }

    private sealed class Immediate(Action<double> told) : IProgress<double>
    {
        public void Report(double value) => told(value);
    }
}
