using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CllClip.Engine.Search;

/// <summary>A linear layer y = x Wᵀ + b whose weights lie in the order in which a few rows of input read them; single precision, on the calling thread.</summary>
internal sealed class PackedLinear
{
    private const int TileRows = 4;

    private readonly float[] _panels; // [ceil(out / Panel), in, Panel]
    private readonly float[] _bias; // [ceil(out / Panel) * Panel]

    /// <summary>Packs the weights.</summary>
    /// <param name="weight">[outputs, inputs]</param>
    /// <param name="bias">[outputs], or empty for none.</param>
    /// <param name="inputs">Length of an input row.</param>
    public PackedLinear(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, int inputs)
    {
        (Inputs, Outputs) = (inputs, weight.Length / inputs);
        var count = (Outputs + Panel - 1) / Panel;
        _panels = new float[count * inputs * Panel];
        _bias = new float[count * Panel];
        bias.CopyTo(_bias);
        for (var o = 0; o < Outputs; o++)
        {
            var first = o / Panel * inputs * Panel + o % Panel;
            for (var i = 0; i < inputs; i++)
            {
                _panels[first + i * Panel] = weight[o * inputs + i];
            }
        }
    }

    /// <summary>Length of an input row.</summary>
    public int Inputs { get; }

    /// <summary>Length of an output row.</summary>
    public int Outputs { get; }

    /// <summary>Bytes held.</summary>
    public long Bytes => sizeof(float) * ((long)_panels.Length + _bias.Length);

    private static int Panel => 2 * Vector<float>.Count;

    /// <summary>Computes <paramref name="rows"/> rows. [rows, inputs] to [rows, outputs]</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(ReadOnlySpan<float> x, int rows, Span<float> y)
    {
        Span<float> tail = stackalloc float[TileRows * Panel];
        for (var first = 0; first < Outputs; first += Panel)
        {
            var width = Math.Min(Panel, Outputs - first);
            for (var row = 0; row < rows; row += TileRows)
            {
                var count = Math.Min(TileRows, rows - row);
                if (width == Panel)
                {
                    Tile(x[(row * Inputs)..], count, first, y[(row * Outputs + first)..], Outputs);
                    continue;
                }
                Tile(x[(row * Inputs)..], count, first, tail, Panel);
                for (var r = 0; r < count; r++)
                {
                    tail.Slice(r * Panel, width).CopyTo(y[((row + r) * Outputs + first)..]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Tile(ReadOnlySpan<float> x, int count, int firstOutput, Span<float> y, int stride)
    {
        ref var weights = ref _panels[firstOutput * Inputs];
        ref var bias = ref _bias[firstOutput];
        if (count == TileRows)
        {
            FourRows(ref MemoryMarshal.GetReference(x), Inputs, ref weights, ref bias, ref MemoryMarshal.GetReference(y), stride);
            return;
        }
        for (var r = 0; r < count; r++)
        {
            OneRow(ref MemoryMarshal.GetReference(x[(r * Inputs)..]), Inputs, ref weights, ref bias, ref y[r * stride]);
        }
    }

    // Fully optimised at the first call: a query must not wait for the compiler's second thought.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(ref float x, int inputs, ref float weights, ref float bias, ref float y, int stride)
    {
        nuint v = (nuint)Vector<float>.Count;
        nuint n = (nuint)inputs;
        var b0 = Vector.LoadUnsafe(ref bias);
        var b1 = Vector.LoadUnsafe(ref bias, v);
        var (a00, a01, a10, a11) = (b0, b1, b0, b1);
        var (a20, a21, a30, a31) = (b0, b1, b0, b1);
        for (nuint i = 0; i < n; i++)
        {
            var w0 = Vector.LoadUnsafe(ref weights, 2 * v * i);
            var w1 = Vector.LoadUnsafe(ref weights, 2 * v * i + v);
            var x0 = new Vector<float>(Unsafe.Add(ref x, i));
            a00 = Vector.FusedMultiplyAdd(x0, w0, a00);
            a01 = Vector.FusedMultiplyAdd(x0, w1, a01);
            var x1 = new Vector<float>(Unsafe.Add(ref x, n + i));
            a10 = Vector.FusedMultiplyAdd(x1, w0, a10);
            a11 = Vector.FusedMultiplyAdd(x1, w1, a11);
            var x2 = new Vector<float>(Unsafe.Add(ref x, 2 * n + i));
            a20 = Vector.FusedMultiplyAdd(x2, w0, a20);
            a21 = Vector.FusedMultiplyAdd(x2, w1, a21);
            var x3 = new Vector<float>(Unsafe.Add(ref x, 3 * n + i));
            a30 = Vector.FusedMultiplyAdd(x3, w0, a30);
            a31 = Vector.FusedMultiplyAdd(x3, w1, a31);
        }
        nuint s = (nuint)stride;
        a00.StoreUnsafe(ref y);
        a01.StoreUnsafe(ref y, v);
        a10.StoreUnsafe(ref y, s);
        a11.StoreUnsafe(ref y, s + v);
        a20.StoreUnsafe(ref y, 2 * s);
        a21.StoreUnsafe(ref y, 2 * s + v);
        a30.StoreUnsafe(ref y, 3 * s);
        a31.StoreUnsafe(ref y, 3 * s + v);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow(ref float x, int inputs, ref float weights, ref float bias, ref float y)
    {
        nuint v = (nuint)Vector<float>.Count;
        nuint n = (nuint)inputs;
        var a0 = Vector.LoadUnsafe(ref bias);
        var a1 = Vector.LoadUnsafe(ref bias, v);
        for (nuint i = 0; i < n; i++)
        {
            var xi = new Vector<float>(Unsafe.Add(ref x, i));
            a0 = Vector.FusedMultiplyAdd(xi, Vector.LoadUnsafe(ref weights, 2 * v * i), a0);
            a1 = Vector.FusedMultiplyAdd(xi, Vector.LoadUnsafe(ref weights, 2 * v * i + v), a1);
        }
        a0.StoreUnsafe(ref y);
        a1.StoreUnsafe(ref y, v);
    }
}
