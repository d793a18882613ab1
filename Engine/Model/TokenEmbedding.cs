using static TorchSharp.torch;

namespace CllClip.Engine.Model;

/// <summary>The token-embedding table, which grows with every task. [V, W], never part of a gradient itself: a task trains a <see cref="TaskRows"/>.</summary>
public sealed class TokenEmbedding : IDisposable
{
    private readonly RowStatistics _statistics = new();
    private Tensor _store; // [C, W], C >= V: the table and the room reserved for it

    /// <summary>Takes over a table. [V, W]</summary>
    public TokenEmbedding(Tensor table)
    {
        ArgumentNullException.ThrowIfNull(table);
        _store = table.DetachFromDisposeScope();
        Table = View(_store.shape[0]);
    }

    /// <summary>The table, as a view that lasts until the next growth. [V, W]</summary>
    public Tensor Table { get; private set; }

    /// <summary>Number of rows V.</summary>
    public int Count => (int)Table.shape[0];

    /// <summary>Length W of a row.</summary>
    public int Width => (int)Table.shape[1];

    /// <summary>Makes room for a table of so many rows: what a run will need is taken when it starts, and growing copies nothing.</summary>
    /// <exception cref="EngineException">There is not enough memory.</exception>
    public void Reserve(long rows)
    {
        if (rows <= _store.shape[0])
        {
            return;
        }
        try
        {
            var larger = empty([rows, Width], _store.dtype, _store.device).DetachFromDisposeScope();
            larger.zero_(); // written, so that the system has given the memory now and not in the middle of the run
            var count = Count;
            using (var head = larger.narrow(0, 0, count))
            {
                head.copy_(Table);
            }
            Dispose();
            _store = larger;
            Table = View(count);
        }
        catch (System.Runtime.InteropServices.ExternalException e)
        {
            throw new EngineException(
                $"A token embedding of {rows} rows of {Width} numbers ({rows * Width * _store.element_size() / 1e9:0.0} GB) does not fit into the memory of {_store.device}. Choose fewer languages or a smaller vocabulary.",
                e
            );
        }
    }

    /// <summary>Appends rows. [n, W]</summary>
    public void Append(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (count, fresh) = (Count, rows.shape[0]);
        if (count + fresh > _store.shape[0])
        {
            Reserve(Math.Max(count + fresh, _store.shape[0] + (_store.shape[0] / 4))); // in steps: few copies over a run
        }
        using (var place = _store.narrow(0, count, fresh))
        {
            place.copy_(rows);
        }
        Table.Dispose();
        Table = View(count + fresh);
    }

    /// <summary>Copies of some rows. [n, W]</summary>
    public Tensor Gather(long[] rows)
    {
        using var index = tensor(rows, ScalarType.Int64, Table.device);
        return Table.index_select(0, index);
    }

    /// <summary>Mean and sample deviation over all entries; only rows changed since it was last asked are read.</summary>
    public (double Mean, double Deviation) Distribution() => _statistics.Of(Table);

    /// <summary>Multiplies all rows by a factor, then overwrites some.</summary>
    /// <param name="factor">Factor of the rows not overwritten.</param>
    /// <param name="rows">Rows to overwrite.</param>
    /// <param name="values">Their values. [rows, W]</param>
    public void Update(double factor, long[] rows, Tensor values)
    {
        ArgumentNullException.ThrowIfNull(values);
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        if (factor != 1)
        {
            Table.Multiply_(factor);
            _statistics.AllChanged();
        }
        _statistics.Changed(rows);
        Table.index_copy_(0, tensor(rows, ScalarType.Int64, Table.device), values.detach().to(Table.dtype, Table.device));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Table.Dispose();
        _store.Dispose();
    }

    private Tensor View(long rows) => _store.narrow(0, 0, rows).DetachFromDisposeScope();
}

/// <summary>
/// The rows of the table that a task's captions use, as one small trainable tensor. Rows outside it get no gradient; what weight decay does to
/// them all is one factor (spec section 6), so a step costs the same however large the table has grown. Exact up to rounding.
/// </summary>
public sealed class TaskRows : IDisposable
{
    private readonly TokenEmbedding _embedding;
    private readonly int[] _position; // [V]: place among the task's rows, or -1

    /// <summary>Gathers the rows of a task.</summary>
    /// <param name="embedding">The table.</param>
    /// <param name="rows">Rows in use, without repetition.</param>
    public TaskRows(TokenEmbedding embedding, long[] rows)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        ArgumentNullException.ThrowIfNull(rows);
        _embedding = embedding;
        Rows = rows;
        _position = new int[embedding.Count];
        Array.Fill(_position, -1);
        for (var i = 0; i < rows.Length; i++)
        {
            _position[rows[i]] = i;
        }
        Values = embedding.Gather(rows).DetachFromDisposeScope().requires_grad_(true);
    }

    /// <summary>Ids of the rows in use.</summary>
    public long[] Rows { get; }

    /// <summary>Their values, the trained parameter. [R, W]</summary>
    public Tensor Values { get; }

    /// <summary>What the rows outside have been multiplied by so far.</summary>
    public double OthersFactor { get; set; } = 1;

    /// <summary>Place of a row among <see cref="Rows"/>.</summary>
    /// <exception cref="EngineException">The row is not in use in this task.</exception>
    public int PositionOf(int row) =>
        _position[row] is >= 0 and var position
            ? position
            : throw new EngineException(
                $"Token {row} is trained on but was not counted among the task's tokens; the data set's TrainingTexts lack a caption."
            );

    /// <summary>Current values of any rows, in use or not, without gradient. [n, W]</summary>
    public Tensor Gather(long[] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var gathered = _embedding.Gather(rows);
        gathered.Multiply_(OthersFactor);
        var inUse = Enumerable.Range(0, rows.Length).Where(i => _position[rows[i]] >= 0).ToArray();
        if (inUse.Length > 0)
        {
            var from = tensor(inUse.Select(i => (long)_position[rows[i]]).ToArray(), ScalarType.Int64, gathered.device);
            var to = tensor(inUse.Select(i => (long)i).ToArray(), ScalarType.Int64, gathered.device);
            gathered.index_copy_(0, to, Values.index_select(0, from));
        }
        return gathered.MoveToOuterDisposeScope();
    }

    /// <summary>Puts the trained rows into the table and applies the factor to the others.</summary>
    public void WriteBack() => _embedding.Update(OthersFactor, Rows, Values);

    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();
}
