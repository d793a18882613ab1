using CllClip.Engine.Evaluation;
using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests;

/// <summary>What the engine hands to the native side is still there when the collector runs at the worst moment.</summary>
public sealed class CollectorTests
{
    [Fact]
    public async Task Ranks_are_right_while_the_collector_never_rests()
    {
        using var scope = torch.NewDisposeScope();
        using var random = new torch.Generator(3);
        var similarity = torch.randn([1024, 512], generator: random);
        long[] owners = [.. Enumerable.Range(0, 1024).Select(i => (long)(i / 2))];
        var expected = RetrievalRecall.Ranks(similarity, owners);
        await Optimised(() => RetrievalRecall.Ranks(similarity[..8, ..4], owners[..8]));
        using var over = new CancellationTokenSource();
        var collector = Task.Run(
            () =>
            {
                while (!over.IsCancellationRequested)
                {
                    GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                    GC.WaitForPendingFinalizers();
                }
            },
            TestContext.Current.CancellationToken
        );
        try
        {
            for (var i = 0; i < 100; i++)
            {
                var (t2i, i2t) = RetrievalRecall.Ranks(similarity, owners);
                Assert.Equal(expected.T2i, t2i);
                Assert.Equal(expected.I2t, i2t);
            }
        }
        finally
        {
            await over.CancelAsync();
            await collector;
        }
    }

    /// <summary>Code that is not optimised keeps its arguments alive and would hide the fault.</summary>
    private static async Task Optimised(Action work)
    {
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 40; i++)
            {
                work();
            }
            await Task.Delay(250, TestContext.Current.CancellationToken); // the runtime compiles anew after 100 ms without new methods
        }
    }
}
