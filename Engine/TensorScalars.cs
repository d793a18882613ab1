using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine;

/// <summary>Single numbers from and for tensors.</summary>
internal static class TensorScalars
{
    // TorchSharp's operator + makes a Scalar for every call, which the collector may free while the native side reads it; this one lives for ever.
    private static readonly Scalar One = 1;

    /// <summary>The sum of two tensors, safe from the collector.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);

    /// <summary>The one element as a double.</summary>
    public static double Number(this Tensor scalar) => scalar.dtype == ScalarType.Float64 ? scalar.item<double>() : scalar.item<float>();
}
