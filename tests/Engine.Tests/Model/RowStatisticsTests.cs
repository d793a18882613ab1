using CllClip.Engine.Model;
using CllClip.Engine.Teir;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CllClip.Engine.Tests.Model;

public sealed class RowStatisticsTests
{
    /// <summary>A table's life: rows added, some overwritten, all multiplied; asked in between or only at the end, and of a copy made in one piece.</summary>
    [Fact]
    public void Distribution_is_that_of_all_entries_whatever_changed_before()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        Tensor Rows(int count) => randn([count, 24], generator: random).Times(0.3).Plus(2);
        using var embedding = new TokenEmbedding(Rows(5_000)); // more than is read at once
        Same(embedding);
        embedding.Append(Rows(40));
        embedding.Update(1, [0, 4_999, 5_010], Rows(3));
        Same(embedding);
        embedding.Update(0.9, [7], Rows(1));
        embedding.Append(Rows(1));
        Same(embedding);
    }

    private static void Same(TokenEmbedding embedding)
    {
        var (mean, deviation) = embedding.Distribution();
        var all = embedding.Table.flatten().data<float>().Select(x => (double)x).ToArray();
        var plain = all.Average();
        Assert.Equal(plain, mean, 1e-12);
        Assert.Equal(Math.Sqrt(all.Sum(x => (x - plain) * (x - plain)) / (all.Length - 1)), deviation, 1e-12);
        using var copy = embedding.Table.clone();
        Assert.Equal(RowInitialisation.OfTable(copy), (mean, deviation)); // to the last bit: as a run that is resumed
    }
}
