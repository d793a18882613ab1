using static TorchSharp.torch;

namespace CllClip.Engine.Teir;

/// <summary>How rows of new tokens are drawn (spec section 4).</summary>
public static class RowInitialisation
{
    /// <summary>Mean and deviation of new rows without TEIR.</summary>
    public static (double Mean, double Deviation) Plain => (0, 0.02);

    /// <summary>Mean and sample deviation (divisor n - 1) over all entries of the table before growth, in float64.</summary>
    /// <param name="table">[V, W]</param>
    public static (double Mean, double Deviation) OfTable(Tensor table)
    {
        ArgumentNullException.ThrowIfNull(table);
        using var scope = NewDisposeScope();
        var wide = table.to_type(ScalarType.Float64);
        return (wide.mean().item<double>(), wide.std(true).item<double>());
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
