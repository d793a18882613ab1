namespace CllClip.Engine.Evaluation.Statistics;

/// <summary>
/// The mean of units drawn from a population, with its standard error: images, each with the answers to its queries in all languages. As the unit is the image
/// and not the single answer, answers that hang together make the error larger, as they should (clustered standard error).
/// </summary>
/// <param name="Units">Number of units n.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="StandardError">Sample deviation / √n; 0 for one unit.</param>
public readonly record struct UnitMean(int Units, double Mean, double StandardError)
{
    /// <summary>Of values, one a unit.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static UnitMean Of(ReadOnlySpan<double> values) => OfDifference(values, default);

    /// <summary>Of first minus second, paired by unit. For tables of many pairs; of one pair <see cref="PairedMeans"/> says the same without assuming a normal mean.</summary>
    /// <exception cref="ArgumentException">There are none, or not the same number of both.</exception>
    public static UnitMean OfDifference(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var single = second.IsEmpty;
        if (first.IsEmpty || (!single && first.Length != second.Length))
        {
            throw new ArgumentException($"{first.Length} and {second.Length} units cannot be paired.");
        }
        var mean = 0.0;
        for (var i = 0; i < first.Length; i++)
        {
            mean += first[i] - (single ? 0 : second[i]);
        }
        mean /= first.Length;
        var squares = 0.0;
        for (var i = 0; i < first.Length; i++)
        {
            var deviation = first[i] - (single ? 0 : second[i]) - mean;
            squares += deviation * deviation;
        }
        return new(first.Length, mean, first.Length == 1 ? 0 : Math.Sqrt(squares / (first.Length - 1.0) / first.Length));
    }
}
