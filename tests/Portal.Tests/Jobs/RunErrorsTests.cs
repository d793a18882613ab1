using System.Runtime.InteropServices;
using CllClip.Engine;
using CllClip.Portal.Jobs;
using CllClip.Portal.Tests.Faults;
using Microsoft.Data.Sqlite;
using Xunit;

namespace CllClip.Portal.Tests.Jobs;

public sealed class RunErrorsTests
{
    /// <summary>As libtorch's errors come.</summary>
    private sealed class NativeError(string message) : ExternalException(message);

    [Fact]
    public void A_full_disk_is_called_one_whoever_met_it()
    {
        foreach (var error in new Exception[] { new IOException("No space left on device", 28), new SqliteException("full", 13) })
        {
            Assert.Contains("No space is left", RunErrors.Explain(error), StringComparison.Ordinal);
            Assert.Contains(
                "No space is left",
                RunErrors.Explain(new EngineException("x cannot be written", error)),
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void The_engines_own_words_are_kept_as_they_are() =>
        Assert.Equal(
            "The loss is NaN. Lower the learning rate.",
            RunErrors.Explain(new EngineException("The loss is NaN. Lower the learning rate."))
        );

    [Theory]
    [InlineData(
        "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.18 GiB\nException raised from malloc",
        true
    )]
    [InlineData("CUDA error: out of memory", true)]
    [InlineData("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", true)]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", true)]
    [InlineData(
        "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes",
        false
    )]
    public void Memory_that_was_not_enough_is_called_the_GPUs_where_it_is(string message, bool gpu)
    {
        var words = RunErrors.Explain(new NativeError(message));
        Assert.StartsWith(gpu ? "The GPU's memory was not enough. " : "The memory was not enough. ", words, StringComparison.Ordinal);
        Assert.Contains("a smaller batch", words, StringComparison.Ordinal);
        if (gpu)
        {
            FaultTable.Holds("memory that cannot be had on a GPU (provoked by hand on a card; the tests hold the words)", words);
        }
    }

    [Fact]
    public void A_broken_GPU_asks_for_a_restart() =>
        Assert.Contains(
            "(CUDA error: an illegal memory access was encountered). Restart the portal",
            RunErrors.Explain(new NativeError("CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be")),
            StringComparison.Ordinal
        );

    [Fact]
    public void Rights_and_unknown_errors_name_a_way_on()
    {
        Assert.Contains(
            "resume the run",
            RunErrors.Explain(new UnauthorizedAccessException("Access to 'x' is denied.")),
            StringComparison.Ordinal
        );
        var words = RunErrors.Explain(new InvalidOperationException("odd\n   at Some.Where()"));
        Assert.Contains("odd", words, StringComparison.Ordinal);
        Assert.DoesNotContain("Some.Where", words, StringComparison.Ordinal);
    }
}
