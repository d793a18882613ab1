using CllClip.Portal.Layout.Components;
using Xunit;

namespace CllClip.Portal.Tests.Layout;

public sealed class SharedTextTests
{
    [Fact]
    public void Equal_texts_come_out_as_one_object()
    {
        var texts = new SharedText();
        var (one, other) = (string.Concat("rows of ", "a table"), string.Concat("rows", " of a table"));
        Assert.NotSame(one, other);
        Assert.Same(one, texts.Of(one));
        Assert.Same(one, texts.Of(other));
    }

    [Fact]
    public async Task Whatever_falls_on_the_same_place_comes_out_as_it_went_in()
    {
        var texts = new SharedText();
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        for (var i = 0; i < 50_000; i++) // many more than there are places
                        {
                            Assert.Equal($"text {i}", texts.Of($"text {i}"));
                        }
                    })
                )
        );
    }
}
