using static TorchSharp.torch;

namespace CllClip.Engine;

/// <summary>Reading single numbers from tensors of either precision.</summary>
internal static class TensorScalars
{
    /// <summary>The one element as a double.</summary>
    public static double Number(this Tensor scalar) => scalar.dtype == ScalarType.Float64 ? scalar.item<double>() : scalar.item<float>();
}
