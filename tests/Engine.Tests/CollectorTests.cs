using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests;

/// <summary>What the engine hands to the native side is still there when the collector runs at the worst moment.</summary>
public sealed class CollectorTests
{
    [Fact]
    public async Task Numbers_reach_native_calls_while_the_collector_never_rests()
    {
        using var scope = torch.NewDisposeScope();
        var (large, mask) = (torch.ones(1024, 512), torch.ones(1024, 512, torch.ScalarType.Bool));
        await Optimised(() => Use(large[..4], mask[..4]));
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
            for (var i = 0; i < 200; i++)
            {
                Use(large, mask);
            }
        }
        finally
        {
            await over.CancelAsync();
            await collector;
        }
    }

    private static void Use(torch.Tensor values, torch.Tensor mask)
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal(7, values.Masked(mask, 7).max().item<float>()); // copies first, reads the number long after: the first to fail
        Assert.Equal(3, values.Plus(2.0).Times(1.0).max().item<float>());
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
