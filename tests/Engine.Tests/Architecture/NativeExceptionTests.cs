using Mono.Cecil;
using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests.Architecture;

/// <summary>
/// A few of TorchSharp's native functions let C++ exceptions through, which end the process: memory that cannot be had then takes the portal with it instead of one
/// run. The engine calls none of them; a product of two matrices is <c>mm</c>, not <c>matmul</c>.
/// </summary>
public sealed class NativeExceptionTests
{
    private static readonly string[] Unguarded = ["THSTensor_matmul", "THSTensor_cummax", "THSTensor_cummin", "THSTensor_randint"];

    [Fact]
    public void Nothing_is_called_that_ends_the_process_where_memory_is_short()
    {
        using var torchSharp = AssemblyDefinition.ReadAssembly(typeof(torch).Assembly.Location);
        using var engine = AssemblyDefinition.ReadAssembly(typeof(EngineException).Assembly.Location);
        var reaching = CallGraph.Reaching(torchSharp, m => Unguarded.Any(u => m.Name.StartsWith(u, StringComparison.Ordinal)));
        Assert.Contains("TorchSharp.torch/Tensor TorchSharp.torch/Tensor::matmul(TorchSharp.torch/Tensor)", reaching); // else this test could not fail
        var calls = CallGraph
            .Calls(engine)
            .Where(c => reaching.Contains(c.Called.FullName))
            .Select(c => $"{c.Caller.FullName} calls {c.Called.FullName}")
            .ToList();
        Assert.True(calls.Count == 0, string.Join("; ", calls));
    }
}
