using CllClip.Engine.Model;
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
        return new RowStatistics().Of(table);
    }

    /// <summary>The same of a table that remembers what it was when it was last asked.</summary>
    public static (double Mean, double Deviation) OfTable(TokenEmbedding embedding)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        return embedding.Distribution();
    }
}
