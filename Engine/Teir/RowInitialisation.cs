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

    /// <summary>Draws rows from N(mean, deviation²).</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Length of a row.</param>
    /// <param name="distribution">Mean and deviation.</param>
    /// <param name="random">Source of the draws.</param>
    /// <returns>[rows · width], row by row.</returns>
    public static float[] Draw(int rows, int width, (double Mean, double Deviation) distribution, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var values = new float[rows * width];
        for (var i = 0; i < values.Length; i += 2)
        {
            // Box-Muller: two normal numbers from two uniform ones
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var angle = 2 * Math.PI * random.NextDouble();
            values[i] = (float)(distribution.Mean + distribution.Deviation * radius * Math.Cos(angle));
            if (i + 1 < values.Length)
            {
                values[i + 1] = (float)(distribution.Mean + distribution.Deviation * radius * Math.Sin(angle));
            }
        }
        return values;
    }
}
