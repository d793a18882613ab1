using CllClip.Engine.Training;
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

    [Theory]
    [MemberData(nameof(ContinualTrainerTests.ContinualMethods), MemberType = typeof(ContinualTrainerTests))]
    public void No_method_leaves_a_tensor_behind(string method, bool teir)
    {
        Run(Plan(method, teir, "warm"));
        var before = Count();
        Run(Plan(method, teir, "whole"));
        Assert.Equal(before, Count());
        using var stop = new CancellationTokenSource();
        void StopLate(RunEvent e)
        {
            if (e is ProgressMade { Progress: { Phase: "training", Stage: 3, Step: 3 } })
            {
                stop.Cancel();
            }
        }
        Assert.Throws<OperationCanceledException>(() => Run(Plan(method, teir, "parts"), StopLate, stop.Token));
        Assert.Equal(before, Count());
        Run(Plan(method, teir, "parts")); // resumed
        Assert.Equal(before, Count());
        CheckpointChain.LoadMethod(Path.Combine(Folder, "parts"), 4)?.Dispose();
        Assert.Equal(before, Count());
    }

    [Fact]
    public void A_run_stopped_in_the_middle_of_a_task_and_a_folded_stage_leave_none()
    {
        Run(Plan("cll-clip", true, "warm"));
        var before = Count();
        for (var step = 2; step <= 5; step++)
        {
            using var stop = new CancellationTokenSource();
            var left = step;
            void StopSoon(RunEvent e)
            {
                if (e is ProgressMade { Progress: { Phase: "training", Stage: 2 } } && --left == 0)
                {
                    stop.Cancel(); // in the second epoch for the last: the best so far is held
                }
            }
            Assert.Throws<OperationCanceledException>(() => Run(Plan("cll-clip", true, $"stopped{step}"), StopSoon, stop.Token));
            Assert.Equal(before, Count());
        }
        CheckpointChain.Fold(Model, Path.Combine(Folder, "warm"), 3).Dispose();
        Assert.Equal(before, Count());
    }

    // Other tests' tensors that wait for the finaliser must not hide one that is kept.
    private static long Count()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }
}
