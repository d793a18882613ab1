using static TorchSharp.torch;

namespace CllClip.Engine.Teir;

/// <summary>How rows of new tokens are drawn (spec section 4).</summary>
public static class RowInitialisation
{
    private const long RowsAtOnce = 4096;

    /// <summary>Mean and deviation of new rows without TEIR.</summary>
    public static (double Mean, double Deviation) Plain => (0, 0.02);

    /// <summary>Mean and sample deviation (divisor n - 1) over all entries of the table before growth, in float64.</summary>
    /// <param name="table">[V, W]</param>
    public static (double Mean, double Deviation) OfTable(Tensor table)
    {
        ArgumentNullException.ThrowIfNull(table);
        static Tensor Square(Tensor x) => x * x;
        double Sum(Func<Tensor, Tensor> of)
        {
            var sum = 0.0;
            for (var first = 0L; first < table.shape[0]; first += RowsAtOnce)
            {
                using var scope = NewDisposeScope(); // a part at a time: memory does not grow with the table
                var part = table.narrow(0, first, Math.Min(RowsAtOnce, table.shape[0] - first)).to_type(ScalarType.Float64);
                sum += of(part).sum().item<double>();
            }
            return sum;
        }
        var count = table.NumberOfElements;
        var mean = Sum(x => x) / count;
        return (mean, Math.Sqrt(Sum(x => Square(x.Plus(-mean))) / (count - 1)));
    }
}
