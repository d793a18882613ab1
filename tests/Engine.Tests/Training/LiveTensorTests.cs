using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests.Training;

/// <summary>The count of live tensors is the process's, so these tests run while no other does.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class Alone;

[Collection("Alone")]
public sealed class LiveTensorTests : ToyRuns
{
    [Fact]
    public void Live_tensors_do_not_grow_from_run_to_run()
    {
        Run(Plan("cll-clip", true, "warm"));
        var before = Count();
        for (var i = 0; i < 3; i++)
        {
            Run(Plan(i == 1 ? "joint" : "cll-clip", i == 2, $"run{i}"));
            Assert.Equal(before, Count());
        }
    }

    // Other tests' tensors that wait for the finaliser must not hide one that is kept.
    private static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}
