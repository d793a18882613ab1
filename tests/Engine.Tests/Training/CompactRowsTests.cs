using CllClip.Engine.Model;
using CllClip.Engine.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Training;

/// <summary>Compact rows against the naive way: AdamW over the whole table.</summary>
public class CompactRowsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stepping_the_rows_in_use_equals_stepping_the_whole_table(bool decayScaled)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var start = randn(40, 6, float64);
        long[] inUse = [1, 5, 8, 9, 33];
        var gradients = Enumerable.Range(0, 12).Select(_ => randn(inUse.Length, 6, float64)).ToList();
        var scales = rand(inUse.Length, 1, float64);
        var dense = start.clone().requires_grad_(true);
        var denseScale = zeros(40, 1, float64).index_copy(0, tensor(inUse), scales);
        using var all = new AdamW(0.05);
        all.Add(dense, null, decayScaled ? denseScale.clone() : null);
        using var embedding = new TokenEmbedding(start.clone());
        using var rows = new TaskRows(embedding, inUse);
        using var some = new AdamW(0.05);
        some.Add(rows.Values, null, decayScaled ? scales.clone() : null);
        foreach (var gradient in gradients)
        {
            dense.grad = zeros(40, 6, float64).index_copy(0, tensor(inUse), gradient);
            rows.Values.grad = gradient.clone();
            Assert.Equal(all.ClipGradients(1), some.ClipGradients(1), 1e-12);
            all.Step(0.01);
            some.Step(0.01);
            rows.OthersFactor *= decayScaled ? 1 : 1 - 0.01 * 0.05;
        }
        long[] wanted = [0, 5, 33, 39];
        Assert.True(rows.Gather(wanted).allclose(dense.index_select(0, tensor(wanted)), 1e-12, 1e-12));
        rows.WriteBack();
        Assert.True(embedding.Table.allclose(dense, 1e-12, 1e-12));
    }

    [Fact]
    public void A_row_that_is_not_in_use_is_named()
    {
        using var embedding = new TokenEmbedding(zeros(10, 2));
        using var rows = new TaskRows(embedding, [1, 2]);
        Assert.Contains("7", Assert.Throws<EngineException>(() => rows.PositionOf(7)).Message, StringComparison.Ordinal);
    }
}
