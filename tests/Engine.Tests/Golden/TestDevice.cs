using CllClip.Engine.Device;
using TorchSharp;

namespace CllClip.Engine.Tests.Golden;

/// <summary>Where tests of numbers compute: on the CPU, or on the device that the variable CLLCLIP_TEST_DEVICE names (docs/benchmarks.md).</summary>
internal static class TestDevice
{
    /// <summary>Its name.</summary>
    public static string Name { get; } = Environment.GetEnvironmentVariable("CLLCLIP_TEST_DEVICE") is { Length: > 0 } name ? name : "cpu";

    /// <summary>The device itself.</summary>
    /// <exception cref="EngineException">It is not there.</exception>
    public static torch.Device Device { get; } = DeviceChoice.Resolve(Name);

    /// <summary>A tensor brought there.</summary>
    public static torch.Tensor Here(this torch.Tensor tensor) => tensor.to(Device);
}
