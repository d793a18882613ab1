using CllClip.Engine.Training;
using Xunit;

namespace CllClip.Engine.Tests.Training;

public class BatchPartsTests
{
    [Fact]
    public void Parts_cover_the_batch_in_order_and_pay_off()
    {
        var draws = new Random(1);
        int[][] captions = [.. Enumerable.Range(0, 128).Select(_ => new int[draws.Next(3, 40)]).OrderBy(c => c.Length)];
        var bounds = BatchParts.Cut(captions, 160);
        Assert.Equal(0, bounds[0]);
        Assert.Equal(128, bounds[^1]);
        Assert.Equal(bounds.Order().Distinct(), bounds);
        var padded = bounds.Zip(bounds.Skip(1), (a, b) => (b - a) * captions[b - 1].Length).Sum();
        Assert.True(padded < 128 * captions[^1].Length * 0.8);
    }

    [Fact]
    public void Captions_of_one_length_stay_together() =>
        Assert.Equal([0, 64], BatchParts.Cut([.. Enumerable.Repeat(new int[9], 64)], 160));

    [Fact]
    public void Where_a_part_costs_much_there_is_one()
    {
        int[][] captions = [.. Enumerable.Range(3, 37).Select(l => new int[l])];
        Assert.Equal([0, 37], BatchParts.Cut(captions, 4096));
        Assert.True(BatchParts.Cut(captions, 10).Count > 3);
    }
}
