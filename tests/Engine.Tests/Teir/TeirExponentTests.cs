using CllClip.Engine.Teir;
using Xunit;

namespace CllClip.Engine.Tests.Teir;

public class TeirExponentTests
{
    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(0.5, 0.70710678118654757)]
    [InlineData(0, 1)]
    public void The_exponent_changes_the_scale_of_what_occurs_and_never_frees_what_is_spared(double exponent, double scale)
    {
        var counter = new TokenCounter(4, [0]);
        counter.BeginTask(5); // the base's rows count 2 now, the new one 1
        var occurrence = new TokenOccurrence();
        occurrence.Add("de", [0, 1, 4]);
        Assert.Equal([0, scale, 0, 0, 1], Enumerable.Range(0, 5).Select(row => counter.Scale(row, occurrence, exponent)));
    }
}
