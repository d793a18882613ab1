using CllClip.Engine.Model;
using CllClip.Engine.Search;
using CllClip.Engine.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Search;

/// <summary>The managed tower against the tensors' one.</summary>
public class QueryTowerTests
{
    private static string Base => Path.Combine(Fixtures.Repository!, "models", "emoji-base");

    public static TheoryData<string> Cases => Fixtures.Cases("clip");

    [Fact]
    public void Every_length_gives_the_text_tower_s_embedding()
    {
        Assert.SkipWhen(Fixtures.Repository is null, "no checkout of the repository around the tests");
        using var model = ClipModel.Load(Base);
        var tower = QueryTower.Of(model);
        var random = new Random(1);
        for (var length = 1; length <= tower.MaxLength; length += length < 12 ? 1 : 13)
        {
            AssertEqual(model, tower, Enumerable.Range(0, length).Select(_ => (long)random.Next(model.Vocabulary!.Count)).ToArray());
        }
        AssertEqual(model, tower, [.. Enumerable.Range(0, tower.MaxLength).Select(i => (long)i)]);
    }

    [Theory, MemberData(nameof(Cases)), Trait("Category", "Golden")]
    public void Every_shape_and_activation_gives_the_text_tower_s_embedding(string name)
    {
        using var golden = Fixtures.Load("clip", name);
        using var model = ClipModel.Load(golden.PathOf(golden.Json.GetProperty("checkpoint").GetString()!));
        var tower = QueryTower.Of(model);
        var ids = golden.Tensors["in.input_ids"].data<long>().ToArray();
        var length = (int)golden.Tensors["in.input_ids"].shape[1];
        for (var row = 0; row < ids.Length / length; row++)
        {
            AssertEqual(model, tower, ids[(row * length)..((row + 1) * length)]);
        }
    }

    [Fact]
    public void Queries_of_many_threads_do_not_mix()
    {
        Assert.SkipWhen(Fixtures.Repository is null, "no checkout of the repository around the tests");
        using var model = ClipModel.Load(Base);
        var tower = QueryTower.Of(model);
        var table = model.TokenEmbedding.data<float>().ToArray();
        float[] Query(int i) => tower.Encode(table.AsSpan(i * 7 * tower.Width, (2 + i % 9) * tower.Width));
        var alone = Enumerable.Range(0, 200).Select(Query).ToArray();
        var together = new float[alone.Length][];
        Parallel.For(0, alone.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => together[i] = Query(i));
        Assert.Equal(alone, together);
    }

    [Fact]
    public void Too_few_and_too_many_tokens_are_refused()
    {
        Assert.SkipWhen(Fixtures.Repository is null, "no checkout of the repository around the tests");
        using var model = ClipModel.Load(Base);
        var tower = QueryTower.Of(model);
        Assert.Throws<ArgumentException>(() => tower.Encode([]));
        Assert.Throws<ArgumentException>(() => tower.Encode(new float[(tower.MaxLength + 1) * tower.Width]));
        Assert.Throws<ArgumentException>(() => tower.Encode(new float[tower.Width + 1]));
    }

    private static void AssertEqual(ClipModel model, QueryTower tower, long[] ids)
    {
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var rows = model.TokenEmbedding.index_select(0, tensor(ids)); // [L, W]
        var want = model.Text.Forward(rows.unsqueeze(0), tensor(new[] { ids.Length - 1L })).flatten(); // [D]
        var got = tensor(tower.Encode(rows.contiguous().data<float>().ToArray()));
        // of unit vectors, as they are compared in search
        var gap = (want / want.norm() - got / got.norm()).abs().max().item<float>();
        Assert.True(gap < 1e-5, $"{ids.Length} tokens: unit vectors differ by {gap}");
        var relative = ((want - got).norm() / want.norm()).item<float>();
        Assert.True(relative < 1e-5, $"{ids.Length} tokens: relative difference {relative}");
    }
}
