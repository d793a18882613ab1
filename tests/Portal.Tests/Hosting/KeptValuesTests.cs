using CllClip.Portal.Hosting;
using Xunit;

namespace CllClip.Portal.Tests.Hosting;

public sealed class KeptValuesTests
{
    [Fact]
    public void A_failure_is_not_kept_and_a_value_is()
    {
        var kept = new KeptValues<string, object>();
        Assert.Throws<InvalidOperationException>(() => kept.Get("a", () => throw new InvalidOperationException("not yet")));
        Assert.Empty(kept.Made);
        var made = kept.Get("a", () => new object());
        Assert.Same(made, kept.Get("a", () => throw new InvalidOperationException("made twice")));
        Assert.Equal([made], kept.Made);
    }

    [Fact]
    public void Several_threads_that_ask_at_once_share_one_making()
    {
        var kept = new KeptValues<int, object>();
        var makings = 0;
        Parallel.For(
            0,
            16,
            _ =>
                kept.Get(
                    1,
                    () =>
                    {
                        Interlocked.Increment(ref makings);
                        Thread.Sleep(20);
                        return new object();
                    }
                )
        );
        Assert.Equal(1, makings);
    }
}
