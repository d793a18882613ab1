using Mono.Cecil;
using TorchSharp;
using Xunit;

namespace CllClip.Engine.Tests.Architecture;

/// <summary>
/// A number that TorchSharp turns into a native <c>Scalar</c> by the way can be freed by the collector while the native call reads it
/// ("Expected false to be true", or a garbage value, once in many hours). So the engine makes its Scalars in one file, which holds them;
/// its tests go the same way, since one of them keeps the collector busy.
/// </summary>
public sealed class NativeScalarTests
{
    private const string Allowed = "CllClip.Engine.TensorScalars";
    private const string Scalar = "TorchSharp.Scalar";

    [Fact]
    public void No_number_becomes_a_native_scalar_outside_TensorScalars()
    {
        using var torchSharp = AssemblyDefinition.ReadAssembly(typeof(torch).Assembly.Location);
        using var engine = AssemblyDefinition.ReadAssembly(typeof(EngineException).Assembly.Location);
        using var tests = AssemblyDefinition.ReadAssembly(typeof(NativeScalarTests).Assembly.Location);
        var making = CallGraph.Reaching(torchSharp, IsScalar);
        Assert.Contains(
            "TorchSharp.torch/Tensor TorchSharp.torch/Tensor::op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)",
            making
        ); // else this test could not fail
        var calls = CallGraph
            .Calls(engine)
            .Concat(CallGraph.Calls(tests))
            .Where(c => IsScalar(c.Called) || making.Contains(c.Called.FullName))
            .ToList();
        Assert.Contains(calls, c => c.Caller.DeclaringType.FullName == Allowed);
        var elsewhere = calls
            .Where(c => c.Caller.DeclaringType.FullName != Allowed)
            .Select(c => $"{c.Caller.FullName} calls {c.Called.FullName}")
            .ToList();
        Assert.True(elsewhere.Count == 0, "Use TensorScalars instead: " + string.Join("; ", elsewhere));
    }

    private static bool IsScalar(MethodReference method) =>
        (method.ReturnType.FullName == Scalar && method.Name is "op_Implicit" or "ToScalar")
        || (method.DeclaringType.FullName == Scalar && method.Name == ".ctor");
}
