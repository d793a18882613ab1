using CllClip.Engine.Evaluation;
using CllClip.Engine.Tests.Golden;
using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests.Evaluation;

public sealed class RetrievalRecallTests
{
    /// <summary>Sizes around the blocks and vectors that the counting works in; coarse scores tie often; some images have no caption.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(512, 40)]
    [InlineData(513, 33)]
    [InlineData(700, 301)]
    public void Ranks_equal_those_of_a_plain_count(int captions, int images)
    {
        using var scope = torch.NewDisposeScope();
        var random = new Random(captions);
        var owner = Enumerable.Range(0, captions).Select(_ => (long)random.Next(images)).ToArray();
        var scores = Enumerable.Range(0, captions * images).Select(_ => random.Next(-5, 6) / 8f).ToArray();
        var (t2i, i2t) = RetrievalRecall.Ranks(torch.tensor(scores, [captions, images]).Here(), owner);
        float At(int c, long i) => scores[c * images + i];
        var all = Enumerable.Range(0, captions).ToArray();
        Assert.Equal(all.Select(c => (long)Enumerable.Range(0, images).Count(i => i != owner[c] && At(c, i) >= At(c, owner[c]))), t2i);
        for (var i = 0; i < images; i++)
        {
            var mine = all.Where(c => owner[c] == i).ToArray();
            var best = mine.Length == 0 ? 0 : mine.Max(c => At(c, i));
            Assert.Equal(mine.Length == 0 ? -1 : all.Count(c => owner[c] != i && At(c, i) >= best), i2t[i]);
        }
    }

    [Fact]
    public void Ranks_of_embeddings_equal_those_of_their_whole_matrix()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new torch.Generator(11);
        var (texts, images) = (torch.randn([600, 24], generator: random).Here(), torch.randn([150, 24], generator: random).Here());
        images[7] = images[3]; // equal images tie exactly
        texts[400] = texts[1];
        long[] owner = [.. Enumerable.Range(0, 600).Select(c => (long)(c * 7 % 149))]; // image 149 has none
        var whole = RetrievalRecall.Ranks(RetrievalRecall.Similarities(texts, images), owner);
        var (t2i, i2t) = RetrievalRecall.Ranks(texts, images, owner);
        Assert.Equal(whole.T2i, t2i);
        Assert.Equal(whole.I2t, i2t);
        Assert.Equal(-1, i2t[149]);
    }

    /// <summary>Embeddings that float32 cannot tell apart: a few in a block, then nearly all of them.</summary>
    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-5)]
    [InlineData(1e-7)]
    [InlineData(0)]
    public void Ranks_of_embeddings_that_all_but_coincide_are_those_of_a_plain_count(double noise)
    {
        const int captions = 1040,
            size = 33;
        using var scope = torch.NewDisposeScope();
        using var random = new torch.Generator(5);
        var one = torch.randn([1, size], torch.ScalarType.Float64, generator: random);
        var (texts, images) = (Near(one, captions, noise, random).Here(), Near(one, 71, noise, random).Here());
        long[] owner = [.. Enumerable.Range(0, captions).Select(c => (long)(c % 71))];
        var whole = RetrievalRecall.Ranks(RetrievalRecall.Similarities(texts, images), owner);
        var (t2i, i2t) = RetrievalRecall.Ranks(texts, images, owner);
        Assert.Equal(whole.T2i, t2i);
        Assert.Equal(whole.I2t, i2t);
        if (noise == 0)
        {
            Assert.Equal(0, RetrievalRecall.Of(texts, images, owner).Mean); // a constant model
        }
    }

    [Fact]
    public void Folds_of_embeddings_are_those_of_their_whole_matrix()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new torch.Generator(3);
        var images = torch.randn([103, 16], generator: random);
        long[] owner = [.. Enumerable.Range(0, 310).Select(c => (long)(c % 103))];
        var texts = images.index_select(0, torch.tensor(owner)).Plus(torch.randn([310, 16], generator: random));
        var whole = RetrievalRecall.OfFolds(RetrievalRecall.Similarities(texts, images), owner, 5);
        var parts = RetrievalRecall.OfFolds(texts, images, owner, 5);
        Assert.Equal(whole.T2i, parts.T2i);
        Assert.Equal(whole.I2t, parts.I2t);
        Assert.InRange(parts.Mean, 1, 99);
    }

    private static torch.Tensor Near(torch.Tensor one, int count, double noise, torch.Generator random) =>
        one.Plus(torch.randn([count, one.shape[1]], torch.ScalarType.Float64, generator: random).Times(noise));

    [Fact]
    public void A_broken_embedding_is_named()
    {
        using var scope = torch.NewDisposeScope();
        var texts = torch.ones(300, 4);
        texts[299] = float.NaN;
        var error = Assert.Throws<EngineException>(() => RetrievalRecall.Of(texts, torch.ones(5, 4), new long[300]));
        Assert.Contains("NaN", error.Message, StringComparison.Ordinal);
    }
}
