using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CllClip.Engine.Model;

/// <summary>
/// Mean and deviation over all entries of a table, kept row by row: after a task only the rows it changed are read again, and the sum over rows costs
/// nothing beside them. A row's own figures depend on its numbers alone, so a table restored from disk gives the same to the last bit.
/// </summary>
internal sealed class RowStatistics
{
    private const int RowsAtOnce = 4096;
    private readonly List<(double Mean, double Squares)> _rows = []; // Squares: squared distances from the row's own mean, summed
    private readonly HashSet<long> _changed = [];
    private double[] _wide = [];

    /// <summary>Some rows have new numbers.</summary>
    public void Changed(IEnumerable<long> rows) => _changed.UnionWith(rows.Where(r => r < _rows.Count)); // the others are read in any case

    /// <summary>All rows have new numbers.</summary>
    public void AllChanged()
    {
        _rows.Clear();
        _changed.Clear();
    }

    /// <summary>Mean and sample deviation (divisor n - 1) over all entries, in float64.</summary>
    /// <param name="table">The table, which may have grown. [V, W]</param>
    public (double Mean, double Deviation) Of(Tensor table)
    {
        ReadChanged(table);
        while (_rows.Count < table.shape[0])
        {
            using var part = table.narrow(0, _rows.Count, Math.Min(RowsAtOnce, table.shape[0] - _rows.Count));
            _rows.AddRange(Read(part));
        }
        var width = table.shape[1];
        var (count, mean) = ((double)table.shape[0] * width, 0.0);
        foreach (var row in _rows)
        {
            mean += row.Mean;
        }
        mean /= _rows.Count;
        var squares = 0.0;
        foreach (var row in _rows)
        {
            squares += row.Squares + (width * (row.Mean - mean) * (row.Mean - mean));
        }
        return (mean, Math.Sqrt(squares / (count - 1)));
    }

    private void ReadChanged(Tensor table)
    {
        foreach (var some in _changed.Chunk(RowsAtOnce))
        {
            using var index = tensor(some, ScalarType.Int64, table.device);
            using var part = table.index_select(0, index);
            foreach (var (row, figures) in some.Zip(Read(part)))
            {
                _rows[(int)row] = figures;
            }
        }
        _changed.Clear();
    }

    private List<(double Mean, double Squares)> Read(Tensor part)
    {
        using var scope = NewDisposeScope();
        var width = (int)part.shape[1];
        var numbers = part.detach().to_type(ScalarType.Float64).cpu().Elements<double>();
        if (_wide.Length < width)
        {
            _wide = new double[width];
        }
        var figures = new List<(double, double)>((int)part.shape[0]);
        for (var first = 0; first < numbers.Length; first += width)
        {
            ReadOnlySpan<double> row = numbers.AsSpan(first, width);
            var mean = TensorPrimitives.Sum(row) / width;
            var away = _wide.AsSpan(0, width);
            TensorPrimitives.Subtract(row, mean, away);
            figures.Add((mean, TensorPrimitives.SumOfSquares<double>(away)));
        }
        return figures;
    }
}
