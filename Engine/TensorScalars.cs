using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine;

/// <summary>Arithmetic of tensors with single numbers, and single numbers out of tensors.</summary>
/// <remarks>
/// TorchSharp turns a number into a native <c>Scalar</c> that nothing refers to while the native call reads it, so that the collector may free it
/// there and the call fails or reads garbage. Here it is held until the call is over. The rest of the engine calls nothing of TorchSharp that makes
/// a Scalar; an architecture test sees to it. A name that ends in an underscore changes the tensor itself, as PyTorch's do.
/// </remarks>
internal static class TensorScalars
{
    /// <summary>a + b.</summary>
    public static Tensor Plus(this Tensor a, Tensor b)
    {
        using Scalar one = 1;
        return a.add(b, one);
    }

    /// <summary>a - b.</summary>
    public static Tensor Minus(this Tensor a, Tensor b)
    {
        using Scalar minus = -1;
        return a.add(b, minus);
    }

    /// <summary>a + number.</summary>
    public static Tensor Plus(this Tensor a, double number)
    {
        using Scalar value = number,
            one = 1;
        return a.add(value, one);
    }

    /// <summary>a += number.</summary>
    public static Tensor Add_(this Tensor a, double number)
    {
        using Scalar value = number,
            one = 1;
        return a.add_(value, one);
    }

    /// <summary>a += factor · b.</summary>
    public static Tensor Add_(this Tensor a, Tensor b, double factor)
    {
        using Scalar value = factor;
        return a.add_(b, value);
    }

    /// <summary>Adds rows of b to the rows of a that an index names. [k] int64, [k, W]</summary>
    public static Tensor AddRows_(this Tensor a, Tensor index, Tensor b)
    {
        using Scalar one = 1;
        return a.index_add_(0, index, b, one);
    }

    /// <summary>a += factor · b · c.</summary>
    public static Tensor AddProduct_(this Tensor a, Tensor b, Tensor c, double factor)
    {
        using Scalar value = factor;
        return a.addcmul_(b, c, value);
    }

    /// <summary>a += factor · b / c.</summary>
    public static Tensor AddQuotient_(this Tensor a, Tensor b, Tensor c, double factor)
    {
        using Scalar value = factor;
        return a.addcdiv_(b, c, value);
    }

    /// <summary>a · factor.</summary>
    public static Tensor Times(this Tensor a, double factor)
    {
        using Scalar value = factor;
        return a.mul(value);
    }

    /// <summary>a *= factor.</summary>
    public static Tensor Multiply_(this Tensor a, double factor)
    {
        using Scalar value = factor;
        return a.mul_(value);
    }

    /// <summary>a /= divisor.</summary>
    public static Tensor Divide_(this Tensor a, double divisor)
    {
        using Scalar value = divisor;
        return a.div_(value);
    }

    /// <summary>a, and a number where the mask is true.</summary>
    public static Tensor Masked(this Tensor a, Tensor mask, double number)
    {
        using Scalar value = number;
        return a.masked_fill(mask, value);
    }

    /// <summary>Puts a number where the mask is true.</summary>
    public static Tensor Mask_(this Tensor a, Tensor mask, double number)
    {
        using Scalar value = number;
        return a.masked_fill_(mask, value);
    }

    /// <summary>Draws every element into [lowest, highest].</summary>
    public static Tensor Clamp_(this Tensor a, double lowest, double highest)
    {
        using Scalar low = lowest,
            high = highest;
        return a.clamp_(low, high);
    }

    /// <summary>The larger of every element and a number.</summary>
    public static Tensor NoLessThan(this Tensor a, double lowest)
    {
        using Scalar low = lowest;
        return a.clamp_min(low);
    }

    /// <summary>Which elements equal a whole number. Of the shape of <paramref name="a"/>, bool</summary>
    public static Tensor EqualTo(this Tensor a, long number)
    {
        using Scalar value = number;
        return a.eq(value);
    }

    /// <summary>One whole number as a tensor. [1] int64</summary>
    public static Tensor Whole(long number, torch.Device device) => tensor(new[] { number }, ScalarType.Int64, device);

    /// <summary>0, 1, 2, ... [count] int64</summary>
    public static Tensor Positions(long count, torch.Device device)
    {
        using Scalar start = 0L,
            stop = count,
            step = 1L;
        return arange(start, stop, step, ScalarType.Int64, device);
    }

    /// <summary>A copy of a contiguous CPU tensor's elements, row by row. (TorchSharp's own accessor goes element by element from two dimensions on.)</summary>
    public static T[] Elements<T>(this Tensor values)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(values.bytes).ToArray();

    /// <summary>The one element as a double.</summary>
    public static double Number(this Tensor scalar) => scalar.dtype == ScalarType.Float64 ? scalar.item<double>() : scalar.item<float>();
}
